"""Old chunks are put in order once, and nothing of them changes but their order."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from center.clock import now
from ingest.series.arranging import ChunkInUse, arrange_next
from tests.integration.ingest import facts

FACTS = 'SELECT device, time, seq, "values" FROM readings'


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


@pytest.mark.parametrize("hypertable", ["audit_log", "rollups_hour", ""])
def test_only_facts_are_arranged(session: Session, hypertable: str) -> None:
    with pytest.raises(DBAPIError):
        arrange_next(session, hypertable)


def test_a_chunk_that_may_still_grow_is_refused(session: Session) -> None:
    with pytest.raises(DBAPIError, match="may still grow"):
        session.connection().exec_driver_sql(
            "SELECT arrange_chunk('readings', now() - interval '7 days', 1000)"
        )


def test_old_chunks_are_arranged_once_and_hold_the_same_facts(session, stored) -> None:
    before = sorted(stored.execute(FACTS).fetchall())
    done = []
    while (chunk := arrange_next(session, "readings")) is not None:
        done.append(chunk)
        session.commit()
    session.commit()
    assert len(done) == len(set(done)) == 2
    assert arrange_next(session, "readings") is None
    assert sorted(stored.execute(FACTS).fetchall()) == before
    for chunk in done:
        lying = stored.execute(f"SELECT device, time FROM {chunk} ORDER BY ctid").fetchall()
        assert lying == sorted(lying, key=lambda row: (row[0], -row[1].timestamp()))


def test_a_chunk_in_use_is_left_for_another_night(session, stored) -> None:
    with stored.transaction():
        stored.execute("LOCK readings IN ACCESS SHARE MODE")
        stored.execute("SELECT count(*) FROM readings")
        with pytest.raises(ChunkInUse):
            arrange_next(session, "readings")
