"""What is decided about dead letters that are tried again."""

import pytest

from center.settings import IngestSettings
from ingest import stages
from ingest.deadletters import reasons
from ingest.deadletters.attempt import ALREADY_STORED, Attempt, Number, StoredFact, decide
from ingest.deadletters.replayable import hindrance
from ingest.deadletters.service import as_text
from ingest.delivery import Delivery
from ingest.register import Register
from tests.messages import delivery, entry

BATCH = 40
ZERO = Number(7, 1, 0)


def attempts(*deliveries: Delivery) -> list[Attempt]:
    register = Register()
    register.put(entry())
    stages.run(deliveries, stages.Context(register, IngestSettings()))
    return [Attempt(n, made) for n, made in enumerate(deliveries)]


def reason(attempt: Attempt) -> str | None:
    rejection = attempt.delivery.rejection
    return rejection.reason.key if rejection else None


def test_what_the_stages_refuse_stays_refused() -> None:
    unknown, unread = attempts(delivery("D-2"), Delivery("x", b"", None, 0))
    decide([unknown, unread], {}, BATCH)
    assert [unknown.batch, unread.batch] == [None, None]
    assert [reason(unknown), reason(unread)] == ["unknown_device", "topic_unknown"]
    assert unknown.number is None


def test_a_number_that_is_stored_with_other_content_is_a_conflict() -> None:
    (made,) = attempts(delivery())
    decide([made], {ZERO: StoredFact(made.delivery.digest + 1, 12)}, BATCH)
    assert (reason(made), made.batch) == ("conflict", None)


def test_a_message_that_came_again_and_was_stored_is_closed_with_that_fact() -> None:
    (made,) = attempts(delivery())
    decide([made], {ZERO: StoredFact(made.delivery.digest, 12)}, BATCH)
    assert (reason(made), made.batch, made.delivery.duplicate) == (None, 12, True)
    assert made.closed_reason == ALREADY_STORED


def test_a_free_number_becomes_a_fact_of_the_batch() -> None:
    made, other = attempts(delivery(), delivery(seq=1))
    decide([made, other], {}, BATCH)
    assert [made.batch, other.batch] == [BATCH, BATCH]
    assert not made.delivery.duplicate
    assert made.closed_reason is None


def test_of_two_letters_with_one_number_the_older_wins() -> None:
    first, second = attempts(delivery(), delivery(readings={"flow_rate": 1.0}))
    decide([first, second], {}, BATCH)
    assert (first.batch, reason(first)) == (BATCH, None)
    assert (second.batch, reason(second)) == (None, reasons.CONFLICT.key)


class Letter:
    def __init__(self, *, whole: bool = True, size: int = 100, stream: str | None = None) -> None:
        self.whole, self.size, self.stream = whole, size, stream


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        (Letter(whole=False), "single reading"),
        (Letter(size=1_000_000), "1,000,000 bytes"),
        (Letter(stream="status"), "Status"),
    ],
)
def test_what_can_never_be_replayed_says_why(letter: Letter, said: str) -> None:
    assert said in (hindrance(letter) or "")


def test_anything_else_can_be_replayed() -> None:
    assert hindrance(Letter()) is None
    assert hindrance(Letter(size=256 * 1024, stream="readings")) is None


@pytest.mark.parametrize(
    ("start", "text"),
    [
        (b"\xff\xfe", None),
        (b"ok\xffok", None),
        (b"", ""),
        ("水位".encode(), "水位"),
        ("水位".encode()[:-1], "水"),  # cut in the middle of a character
        (b"{\x00}", "{\x00}"),
    ],
)
def test_the_beginning_of_a_payload_as_text(start: bytes, text: str | None) -> None:
    assert as_text(start) == text
