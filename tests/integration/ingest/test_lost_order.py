"""Writing off what is lost locks ledger rows in the order in which writers lock theirs."""

import threading

import psycopg

from ingest.ledger.gaps import follow
from tests.integration.databases import Database
from tests.integration.ingest.test_gaps import age
from tests.integration.ingest.writing import LIMITS, enrol, pen, recent
from tests.integration.patience import wait_for

DEVICES = 12
NAME = "writing-off"
WAITS = "SELECT FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'"


def test_the_first_row_is_waited_for_with_no_other_locked(
    database: Database, owner: psycopg.Connection
) -> None:
    """A writer that has the first and wants another one would wait for us, and we for it."""
    numbers = [enrol(owner, f"D-{n:02}") for n in range(DEVICES)]
    with pen(database.ingest) as writer:
        for n in reversed(range(DEVICES)):  # rows lie the other way round
            writer.write(recent(f"D-{n:02}"), recent(f"D-{n:02}", seq=2))
        warden = psycopg.connect(database.ingest, autocommit=True, application_name=NAME)
        follow(warden, LIMITS)
        age(owner, LIMITS.gap_grace_seconds)
        follow(warden, LIMITS)
        age(owner, LIMITS.gap_lost_seconds)
        locked = "SELECT FROM ledger WHERE device = %s FOR UPDATE"
        writer.connection.execute(locked, [numbers[0]])
        lost: dict[str, int] = {}
        thread = threading.Thread(target=lambda: lost.update(follow(warden, LIMITS)))
        thread.start()
        wait_for(lambda: owner.execute(WAITS, [NAME]).fetchone() is not None)
        with psycopg.connect(database.ingest) as other:
            free = other.execute("SELECT device FROM ledger FOR UPDATE SKIP LOCKED").fetchall()
        writer.connection.rollback()
        thread.join()
        warden.close()
    assert sorted(number for (number,) in free) == numbers[1:]
    assert lost == {"lost": DEVICES}
