"""Rollups: whatever comes late, in whatever order, a series is what the readings say."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy.orm import Session

from center import database as center_database
from center.clock import now
from center.database import transaction
from ingest.series.backfill import backfill
from ingest.series.buckets import Bucket, Window
from ingest.series.rolling import HOUR, close_hour, roll, roll_days, roll_hours
from ingest.series.service import Source, series
from tests.integration.databases import Database
from tests.integration.ingest import facts

TODAY = now().replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def devices(owner: psycopg.Connection) -> list[Source]:
    made = []
    for n in range(3):
        number = facts.enrol(owner, f"S-{n}")
        quantities = facts.quantities(owner, number)
        made.append(Source(number, f"S-{n}", 60, quantities, ["?"] * len(quantities)))
    return made


@pytest.fixture
def writer(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.ingest) as connection:
        yield connection


def check(session: Session, device: Source, start: datetime, end: datetime, most: int = 9) -> int:
    """Compares up to `most` quantities, by hour and by day; returns how many points agreed."""
    agreed = 0
    for place, quantity in enumerate(device.quantities[:most], 1):
        for bucket, name in ((Bucket.HOUR, "hour"), (Bucket.DAY, "day")):
            found = series(session, device, quantity, bucket, Window(start, end))
            true = facts.counted(session, device.number, place, found.start, found.end, name)
            shown = {p.time: (p.count, p.mean, p.min, p.max) for p in found.points}
            assert shown.keys() == true.keys(), (quantity, name)
            for moment, figures in true.items():
                assert shown[moment] == pytest.approx(figures), (quantity, name, moment)
            assert [p.time for p in found.points] == sorted(true)
            agreed += len(true)
    return agreed


def some(
    dice: random.Random, devices: list[Source], newest: datetime, count: int
) -> list[tuple[int, datetime, list[float | None]]]:
    """Readings of the last four days, most of them recent; some values are missing."""
    made = []
    for _ in range(count):
        device = dice.choice(devices)
        age = timedelta(hours=min(dice.expovariate(1 / 12), 96))
        values = [dice.choice([None, dice.uniform(-50, 50)]) for _ in device.quantities]
        made.append((device.number, newest - age, values))
    return made


def edge(session: Session) -> datetime:
    row = session.connection().exec_driver_sql("SELECT rolled_upto FROM rollup_progress").one()
    assert isinstance(row[0], datetime)
    return row[0]


def test_an_hour_is_not_closed_while_a_writer_is_under_way(writer, session, devices) -> None:
    before = edge(session)
    session.rollback()
    facts.store(writer, [(devices[0].number, TODAY - HOUR, [1.0])])

    def close() -> None:
        with transaction() as one:
            close_hour(one, now())

    closing = threading.Thread(target=close)
    closing.start()
    closing.join(0.5)
    assert closing.is_alive()
    assert edge(session) == before
    session.rollback()
    writer.commit()
    closing.join()
    assert edge(session) > before


def test_nothing_stored_takes_the_edge_to_now_at_once(session: Session) -> None:
    done = roll()
    assert (done.hours_closed, done.hours, done.days, done.finished) == (1, 0, 0, True)
    assert now() - edge(session) < 2 * HOUR


def test_a_second_roller_leaves_the_first_alone(session: Session, database: Database) -> None:
    assert close_hour(session, now())
    with psycopg.connect(database.app) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [0x6879_726F_6C6C_6572])
        assert roll().finished is False
    session.rollback()


def test_past_hours_are_rolled_and_their_readings_are_no_longer_needed(
    writer, owner, session, devices
) -> None:
    dice = random.Random(1)
    facts.store(writer, some(dice, devices, TODAY, 400))
    writer.commit()
    roll()
    before = [check(session, device, TODAY - timedelta(days=5), TODAY) for device in devices]
    assert all(count > 100 for count in before)
    marks = "SELECT (SELECT count(*) FROM rollup_dirty), (SELECT count(*) FROM rollups_hour)"
    marked, rolled = session.connection().exec_driver_sql(marks).one()
    assert marked == 0
    assert rolled > 100
    # Without the readings the rolled hours stay as they are.
    start = TODAY - timedelta(days=5)
    kept = series(session, devices[0], devices[0].quantities[0], Bucket.HOUR, Window(start, TODAY))
    session.rollback()
    owner.execute("DELETE FROM readings")
    again = series(session, devices[0], devices[0].quantities[0], Bucket.HOUR, Window(start, TODAY))
    assert again == kept


def test_rolling_twice_changes_nothing(writer, session, devices) -> None:
    facts.store(writer, some(random.Random(2), devices, TODAY, 200))
    writer.commit()
    roll()
    statement = "SELECT * FROM rollups_hour ORDER BY 1, 2, 3"
    first = session.connection().exec_driver_sql(statement).all()
    session.connection().exec_driver_sql(
        "INSERT INTO rollup_dirty (device, bucket) SELECT DISTINCT device, bucket FROM rollups_hour"
    )
    session.commit()
    roll()
    again = session.connection().exec_driver_sql(statement).all()
    # Sums of the same numbers may differ in the last bit: their order is not fixed.
    assert [row[:4] + row[5:] for row in again] == [row[:4] + row[5:] for row in first]
    assert [row.sum for row in again] == pytest.approx([row.sum for row in first])


def test_history_loaded_in_bulk_is_rolled_day_by_day(owner, writer, session, devices) -> None:
    dice = random.Random(3)
    rows = some(dice, devices, TODAY, 300)
    with owner.transaction():
        facts.store(owner, rows)
    owner.execute("TRUNCATE rollup_dirty")
    backfill(TODAY - timedelta(days=1), TODAY)
    facts.store(writer, some(dice, devices, TODAY, 30))
    writer.commit()
    for device in devices:
        assert check(session, device, TODAY - timedelta(days=5), TODAY + HOUR) > 50
    session.rollback()
    roll()
    for device in devices:
        assert check(session, device, TODAY - timedelta(days=5), TODAY + HOUR) > 50


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_late_facts_and_rolling_gives_what_the_readings_say(
    writer, session, devices, seed: int
) -> None:
    dice = random.Random(seed)
    moment = TODAY - timedelta(hours=30)

    def write() -> None:
        facts.store(writer, some(dice, devices, moment, dice.randint(1, 40)))
        writer.commit()

    def step(act) -> None:
        with transaction() as one:
            act(one)

    acts = [
        write,
        lambda: step(lambda one: roll_hours(one, dice.randint(1, 30))),
        lambda: step(lambda one: roll_days(one, dice.randint(1, 5))),
        lambda: step(lambda one: close_hour(one, moment)),
        lambda: roll(moment),
    ]
    agreed = 0
    for _ in range(60):
        moment += timedelta(minutes=dice.randint(0, 60))
        dice.choices(acts, weights=[6, 3, 3, 4, 1])[0]()
        device = dice.choice(devices)
        agreed += check(session, device, moment - timedelta(days=5), moment + HOUR, most=2)
        session.rollback()
    assert agreed > 300


class Crowd:
    """Threads that repeat their work until told to stop or until one fails."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.failures: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._repeat, args=(work,))
        self._threads.append(thread)
        thread.start()

    def _repeat(self, work: Callable[[], None]) -> None:
        try:
            while not self.stop.is_set():
                work()
        except BaseException as error:  # noqa: BLE001  # shown by `end`
            self.failures.append(error)
            self.stop.set()

    def end(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join()
        assert not self.failures, self.failures


def test_writers_rollers_and_readers_at_once_never_disagree(
    database: Database, session: Session, devices: list[Source]
) -> None:
    """A reader compares rollups and readings in one snapshot while everything moves."""
    crowd = Crowd()
    connections = [psycopg.connect(database.ingest) for _ in range(2)]
    dice = [random.Random(n) for n in range(3)]
    closes_at = [TODAY - timedelta(hours=60)]

    def write(n: int) -> None:
        facts.store(connections[n], some(dice[n], devices, TODAY, dice[n].randint(1, 20)))
        crowd.stop.wait(dice[n].random() / 50)
        connections[n].commit()

    def move() -> None:
        closes_at[0] += timedelta(minutes=20)
        roll(min(closes_at[0], now()))

    for work in (lambda: write(0), lambda: write(1), move):
        crowd.start(work)
    try:
        with Session(center_database.engine()) as reader:
            for _ in range(120):
                reader.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                check(reader, dice[2].choice(devices), TODAY - timedelta(days=5), TODAY, most=1)
                reader.rollback()
    finally:
        crowd.end()
        for connection in connections:
            connection.close()
    roll()
    assert sum(check(session, device, TODAY - timedelta(days=5), TODAY) for device in devices) > 500
