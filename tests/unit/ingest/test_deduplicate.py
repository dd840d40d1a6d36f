"""De-duplication inside a batch, before the ledger is asked."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from center.settings import IngestSettings
from ingest import stages
from ingest.delivery import Delivery
from ingest.ledger.deduplicate import announcements, group, moment, multirange, settle_repeat
from ingest.register import Register
from tests.messages import delivery, entry


def staged(*batch: Delivery) -> list[Delivery]:
    register = Register()
    register.put(entry())
    register.put(entry("D-2", number=8))
    stages.run(batch, stages.Context(register, IngestSettings()))
    return list(batch)


def test_what_nobody_can_number_takes_no_part() -> None:
    batch = staged(delivery("D-9"), Delivery("x", b"", None, 0), delivery(seq="one"))
    assert group(batch) == ({}, [])


def test_numbers_are_kept_apart_by_device_and_by_boot() -> None:
    batch = staged(delivery(), delivery(boot=2), delivery("D-2"), delivery(stream="event", seq=1))
    groups, repeats = group(batch)
    assert {key: sorted(mine) for key, mine in groups.items()} == {
        (7, 1): [0, 1],
        (7, 2): [0],
        (8, 1): [0],
    }
    assert repeats == []


def test_a_refused_message_uses_its_number_up() -> None:
    batch = staged(delivery(readings={"happiness": 1}))
    assert batch[0].rejection is not None
    assert group(batch)[0] == {(7, 1): {0: batch[0]}}


def test_a_repeat_is_known_with_the_first_of_its_number() -> None:
    first, again, other = staged(delivery(), delivery(), delivery(readings={"flow_rate": 1}))
    groups, repeats = group([first, again, other])
    assert groups == {(7, 1): {0: first}}
    assert repeats == [(first, again), (first, other)]


def test_a_repeat_is_a_duplicate_a_conflict_or_a_known_dead_letter() -> None:
    same, other, refused = staged(delivery(), delivery(), delivery(readings={"happiness": 1}))
    settle_repeat(same, same.digest)
    settle_repeat(other, other.digest + 1)
    before = refused.rejection
    settle_repeat(refused, None)
    assert (same.duplicate, same.rejection) == (True, None)
    assert other.rejection is not None
    assert other.rejection.reason.key == "conflict"
    assert "boot 1 seq 0" in other.rejection.detail
    assert (refused.duplicate, refused.rejection) == (False, before)


def test_the_newest_announced_number_of_each_boot_counts() -> None:
    def report(*said: tuple[int, int], seq: int = 0, name: str = "report") -> Delivery:
        announce = [{"boot": boot, "last": last} for boot, last in said]
        return delivery(stream="event", name=name, seq=seq, announce=announce)

    batch = staged(report((1, 5), (2, 0)), report((1, 3), seq=1), report((1, 99), name="Not ours"))
    assert announcements(batch) == {(7, 1): 5, (7, 2): 0}


def test_numbers_as_a_multirange() -> None:
    assert multirange([]) == "{}"
    assert multirange([3, 4, 9]) == "{[3,3],[4,4],[9,9]}"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # the zone is the strategy's
def test_a_moment_survives_the_way_through_microseconds(time: datetime) -> None:
    """Stored facts are found again by their exact time."""
    assert moment(stages.microseconds(time)) == time


def test_the_skew_of_a_clock_has_a_sign() -> None:
    ahead = delivery(delay=timedelta(seconds=-3))
    staged(ahead)
    assert ahead.time_us - ahead.received_us == 3_000_000
