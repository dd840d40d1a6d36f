"""The bulk writer at work: nothing is acknowledged that is not committed, nothing stops it."""

import threading
from collections.abc import Iterator, Sequence

import psycopg
import pytest

from ingest.delivery import Delivery
from ingest.writer import Writer
from tests.integration.databases import Database
from tests.integration.ingest.writing import LIMITS, POISON, Books, Pen, enrol, pen, recent, refuse
from tests.integration.patience import wait_for
from tests.messages import entry


class Desk:
    """A writer in a thread of its own, and what it acknowledged."""

    def __init__(self, url: str) -> None:
        self.acknowledged: list[Delivery] = []
        self.announced: list[tuple[int, int]] = []
        self.writer = Writer(
            1,
            lambda: psycopg.connect(url, application_name="writer-under-test"),
            LIMITS,
            acknowledge=self._acknowledge,
            announce=lambda batch, commit_no: self.announced.append((batch, commit_no)),
            is_connected=lambda: True,
        )
        self.thread = threading.Thread(target=self.writer.run)

    def _acknowledge(self, batch: Sequence[Delivery]) -> None:
        self.acknowledged.extend(batch)

    def hand(self, *deliveries: Delivery) -> None:
        """All at once, so that they make one batch."""
        for delivery in deliveries:
            self.writer.intake.put(delivery)

    def done(self, count: int) -> None:
        wait_for(lambda: len(self.acknowledged) >= count)


@pytest.fixture
def reader(database: Database, owner: psycopg.Connection) -> Iterator[Pen]:
    enrol(owner, "D-1")
    with pen(database.ingest, writer=9) as made:
        yield made


@pytest.fixture
def desk(database: Database, reader: Pen) -> Iterator[Desk]:
    made = Desk(database.ingest)
    yield made
    made.writer.stop()
    if made.thread.ident is not None:
        made.thread.join()


def test_a_message_that_the_database_refuses_dies_alone(
    desk: Desk, reader: Pen, owner: psycopg.Connection
) -> None:
    refuse(owner)
    desk.hand(*(recent(seq=n) for n in range(5)))
    desk.hand(recent(stream="event", seq=5, detail=POISON), recent(seq=6))
    desk.thread.start()
    desk.done(7)
    assert reader.books() == Books(7, 6, 0, 1)
    assert reader.letters() == [("unstorable", True, 0)]


def test_a_message_that_our_own_code_cannot_take_dies_alone(desk: Desk, reader: Pen) -> None:
    """Whatever a stage or the packing may still not foresee, the next message is handled."""
    desk.writer.register.put(entry("D-77", number=77, calibration=((1.0, 0.0),)))  # too short
    desk.hand(recent(), recent("D-77"), recent(seq=1))
    desk.thread.start()
    desk.done(3)
    assert reader.books() == Books(3, 2, 0, 1)
    assert reader.letters() == [("unstorable", True, 0)]
    assert reader.twice() == []


def test_a_device_registered_a_moment_ago_is_no_stranger(
    desk: Desk, reader: Pen, owner: psycopg.Connection
) -> None:
    desk.thread.start()
    desk.hand(recent())
    desk.done(1)
    enrol(owner, "D-2")
    desk.hand(recent("D-2"))
    desk.done(2)
    assert reader.books() == Books(2, 2, 0, 0)


def test_a_cut_connection_costs_a_retry_and_nothing_else(
    desk: Desk, reader: Pen, owner: psycopg.Connection
) -> None:
    desk.thread.start()
    for round_ in range(5):
        desk.hand(*(recent(seq=round_ * 20 + n) for n in range(20)))
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      " WHERE application_name = 'writer-under-test'")  # fmt: skip
        desk.done(round_ * 20 + 20)
    assert reader.books() == Books(100, 100, 0, 0)
    assert reader.facts() == 100
    assert [number for _, number in desk.announced] == sorted(n for _, n in desk.announced)


def test_while_it_waits_for_a_lock_nothing_is_acknowledged(
    desk: Desk, reader: Pen, owner: psycopg.Connection
) -> None:
    waits = ("SELECT FROM pg_stat_activity WHERE application_name = 'writer-under-test'"
             " AND wait_event_type = 'Lock'")  # fmt: skip
    reader.begin([recent(seq=1)])
    try:
        desk.hand(recent())
        desk.thread.start()
        wait_for(lambda: owner.execute(waits).fetchone() is not None)
        assert desk.acknowledged == []
    finally:
        reader.connection.rollback()
    desk.done(1)
