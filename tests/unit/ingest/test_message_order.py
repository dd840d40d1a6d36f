"""How a message came, and how stored and refused ones stand in one list over its pages."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.messages.arrival import LATE_AFTER, Asked, Past, arrival
from ingest.messages.order import LOOKBACK, Entry, Mark, beginning, in_order, stretch
from ingest.messages.schemas import Arrival, MessageRead

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ASKED = Asked(boot=7, first=10, beyond=12, since=NOON)
YEAR = timedelta(days=365)


def message(at: datetime) -> MessageRead:
    return MessageRead(stream="readings", time=at, received_at=at, boot=1, seq=0)


def fact(seconds: int) -> Entry:
    at = NOON + seconds * SECOND
    return Entry(at, message(at), {"time": at, "boot": 1, "seq": seconds})


def letter(number: int, seconds: float) -> Entry:
    at = NOON + seconds * SECOND
    return Entry(at, message(at), {"letter": number})


@pytest.mark.parametrize(
    ("boot", "seq", "received", "under_way", "skew", "came"),
    [
        (7, 10, 1, 60, 0, "resent"),
        (7, 11, 0, 1, 0, "resent"),
        (7, 12, 1, 1, 0, "direct"),
        (7, 9, 1, 1, 0, "direct"),
        (8, 10, 1, 1, 0, "direct"),
        (7, 10, -1, 1, 0, "direct"),  # it came before anybody asked
        (7, 1, 1, 120, 0, "direct"),
        (7, 1, 1, 121, 0, "late"),
        (7, 1, 1, 3600, -3600, "direct"),  # its clock is an hour slow
        (7, 1, 1, 60, 3600, "late"),  # its clock is fast: it was under way for longer
    ],
)
def test_how_a_message_came(
    boot: int, seq: int, received: int, under_way: int, skew: float, came: Arrival
) -> None:
    received_at, past = NOON + received * SECOND, Past([ASKED], {7: skew})
    assert arrival(past, received_at, received_at - under_way * SECOND, boot, seq) == came


def test_nothing_is_known_of_a_boot_that_was_forgotten() -> None:
    assert arrival(Past(), NOON, NOON - LATE_AFTER, 1, 1) == "direct"


def test_a_device_that_never_spoke_has_one_page() -> None:
    asked = stretch(beginning(None, SECOND, NOON), NOON)
    assert asked.is_last
    assert asked.below(5) is None


def test_a_page_looks_so_far_back_and_tells_where_to_read_on() -> None:
    first = stretch(beginning(NOON, 5 * SECOND, NOON - YEAR), NOON - YEAR)
    assert (first.mark.time, first.floor) == (NOON + 5 * SECOND, NOON + 5 * SECOND - LOOKBACK)
    below = first.below(17)
    assert below == Mark(first.floor, -1, -1, 17)
    assert below is not None
    assert stretch(below, NOON - 20 * timedelta(days=1)).is_last


def test_the_first_page_of_a_new_device_is_the_last_one() -> None:
    registered = NOON - timedelta(days=6)
    oldest = registered - timedelta(days=7)  # it may have brought what it kept for a week
    assert stretch(beginning(NOON, timedelta(minutes=5), oldest), oldest).is_last


def test_each_list_keeps_its_order_and_every_mark_skips_nothing() -> None:
    facts = [fact(30), fact(20), fact(10)]
    letters = [letter(5, 25), letter(4, 26), letter(3, 15)]  # numbered in another order than come
    asked = stretch(beginning(NOON, 60 * SECOND, NOON - SECOND), NOON - SECOND)
    found = list(in_order(facts, letters, asked))
    assert [(mark.seq, mark.letter) for _, mark in found[1:]] == [
        (30, 5), (30, 4), (20, 4), (20, 3), (10, 3)
    ]  # fmt: skip
    for at, (_, mark) in enumerate(found):
        rest = list(
            in_order(
                [one for one in facts if one.moves["seq"] < mark.seq],
                [one for one in letters if one.moves["letter"] < mark.letter],
                stretch(mark, NOON - SECOND),
            )
        )
        assert [one for one, _ in rest] == [one for one, _ in found[at + 1 :]]


def test_refused_ones_wait_for_the_page_of_their_time() -> None:
    old = letter(3, -16 * 86400)
    asked = stretch(beginning(NOON, SECOND, NOON - YEAR), NOON - YEAR)
    assert list(in_order([], [letter(4, 0), old], asked))[-1][1].letter == 4
    last = stretch(Mark(NOON - LOOKBACK, -1, -1, 4), NOON - timedelta(days=20))
    assert [mark.letter for _, mark in in_order([], [old], last)] == [3]
