"""Old chunks get their index once; nothing of them changes, and nobody who reads them waits."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from center.clock import now
from ingest.series.covering import COVERED, ChunkInUse, cover_next
from tests.integration.databases import Database
from tests.integration.ingest import facts

FACTS = 'SELECT device, time, seq, "values" FROM readings'
A_DAY = """EXPLAIN (COSTS OFF) SELECT time, "values"[1] FROM readings
    WHERE device = 1 AND time >= %s AND time < %s ORDER BY time, boot, seq"""


@pytest.fixture
def stored(owner: psycopg.Connection) -> psycopg.Connection:
    """Readings of two old days and of today, in the order in which they came."""
    devices = [facts.enrol(owner, f"S-{n}") for n in range(3)]
    midday = now().replace(hour=12)
    with owner.transaction():
        for age in (20, 10, 0):
            for minute in range(20):
                moment = midday - timedelta(days=age, minutes=minute)
                facts.store(owner, [(device, moment, [float(minute)]) for device in devices])
    return owner


@pytest.mark.parametrize("hypertable", ["audit_log", "rollups_hour", "events", ""])
def test_only_facts_that_are_read_by_device_are_covered(session: Session, hypertable: str) -> None:
    with pytest.raises(DBAPIError):
        cover_next(session, hypertable)


def test_a_chunk_that_may_still_grow_is_refused(session: Session) -> None:
    with pytest.raises(DBAPIError, match="may still grow"):
        session.connection().exec_driver_sql(
            "SELECT cover_chunk('readings', now() - interval '7 days')"
        )


def test_old_chunks_are_covered_once_and_hold_the_same_facts(session, stored) -> None:
    before = sorted(stored.execute(FACTS).fetchall())
    done = []
    while (chunk := cover_next(session, "readings")) is not None:
        done.append(chunk)
        session.commit()
    session.commit()
    assert len(done) == len(set(done)) == 2
    assert cover_next(session, "readings") is None
    assert sorted(stored.execute(FACTS).fetchall()) == before


@pytest.mark.parametrize("hypertable", COVERED)
def test_what_is_read_of_each_table_fits_into_its_index(session: Session, hypertable: str) -> None:
    assert cover_next(session, hypertable) is None  # an empty table has no chunk to cover


def test_a_day_is_read_from_the_index_alone(session, stored) -> None:
    while cover_next(session, "readings") is not None:
        session.commit()
    session.commit()
    stored.execute("VACUUM ANALYZE readings")
    stored.execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = on")
    start = (now() - timedelta(days=20)).replace(hour=0)
    plan = str(stored.execute(A_DAY, (start, start + timedelta(days=1))).fetchall())
    assert "Index Only Scan" in plan
    assert "_covering" in plan


def test_nobody_who_reads_a_chunk_waits_for_it_or_makes_it_wait(
    session, stored, database: Database
) -> None:
    with psycopg.connect(database.admin) as reader:
        reader.execute("SET lock_timeout = '1s'")
        count = "SELECT count(*) FROM readings"
        before = reader.execute(count).fetchone()  # and it holds its locks from here on
        assert cover_next(session, "readings") is not None
        with psycopg.connect(database.admin) as another:
            another.execute("SET lock_timeout = '1s'")
            assert another.execute(count).fetchone() == before


def test_a_chunk_under_change_is_left_for_another_night(session, stored) -> None:
    with stored.transaction():
        stored.execute("LOCK readings IN ROW EXCLUSIVE MODE")
        stored.execute("UPDATE readings SET batch = batch")
        with pytest.raises(ChunkInUse):
            cover_next(session, "readings")
