"""The intake between receiver and writer: what nothing else bounds is bounded here."""

from ingest.delivery import Delivery, Receipt
from ingest.writer import Intake

ROOM = 100  # bytes


def message(size: int, mid: int = 0) -> Delivery:
    receipt = Receipt(0, 1, mid) if mid else None
    return Delivery("hy/v1/sensor/D-1/readings", b"x" * size, None, 0, receipt)


def take(intake: Intake, most: int = 1000) -> list[Delivery]:
    return intake.take(most, linger=0, patience=0)


def test_unacknowledged_messages_beyond_the_bound_are_refused_and_counted() -> None:
    intake = Intake(ROOM)
    for size in (60, 41, 40, 1):
        intake.put(message(size))
    assert [len(taken.payload) for taken in take(intake)] == [60, 40]
    assert intake.refused == 2


def test_what_was_taken_makes_room() -> None:
    intake = Intake(ROOM)
    for _ in range(5):
        intake.put(message(50))
        intake.put(message(50))
        assert len(take(intake, 1)) == 1
        assert len(take(intake, 1)) == 1
    assert intake.refused == 0


def test_acknowledged_messages_are_bounded_by_the_broker_alone() -> None:
    intake = Intake(ROOM)
    intake.put(message(ROOM))
    for mid in range(1, 50):
        intake.put(message(ROOM, mid))
    assert len(take(intake)) == 50
    assert intake.refused == 0
    intake.put(message(ROOM))
    assert intake.refused == 0
