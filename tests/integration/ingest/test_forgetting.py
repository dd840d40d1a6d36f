"""The ledger forgets boots and gaps that can no longer matter, and none that can."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from center.settings import IngestSettings
from ingest.ledger.tasks import forget_boots_and_gaps
from tests.integration.ingest.writing import Pen, recent

BOOTS = 100


def age(owner: psycopg.Connection, days: float) -> None:
    """As if all was heard so much earlier, boot after boot a minute apart."""
    owner.execute(
        "UPDATE ledger SET last_seen = now() - %s + boot * interval '1 minute'",
        (timedelta(days=days),),
    )


def boots(owner: psycopg.Connection) -> list[int]:
    return [row[0] for row in owner.execute("SELECT boot FROM ledger ORDER BY 1").fetchall()]


@pytest.mark.parametrize("function", ["forget_boots", "forget_gaps"])
def test_what_may_still_be_needed_is_refused(session: Session, function: str) -> None:
    with pytest.raises(DBAPIError, match="may still"):
        session.connection().exec_driver_sql(f"SELECT {function}(now() - interval '7 days')")


def test_boots_within_the_accepted_time_stay(writer: Pen, owner: psycopg.Connection) -> None:
    for boot in range(BOOTS):
        writer.write(recent(boot=boot))
    age(owner, 5)
    forget_boots_and_gaps()
    assert len(boots(owner)) == BOOTS


def test_of_older_ones_the_newest_and_those_with_holes_stay(
    writer: Pen, owner: psycopg.Connection
) -> None:
    for boot in range(BOOTS):
        writer.write(recent(boot=boot), *([recent(boot=boot, seq=2)] if boot == 7 else []))
    age(owner, 20)
    forget_boots_and_gaps()
    assert boots(owner) == [7, BOOTS - 1]


def test_the_last_word_of_a_silent_device_is_kept_for_its_state(
    writer: Pen, owner: psycopg.Connection
) -> None:
    writer.write(recent())
    age(owner, 400)
    forget_boots_and_gaps()
    assert boots(owner) == [1]


def test_gaps_go_with_the_facts_and_stay_counted(
    writer: Pen, owner: psycopg.Connection, device: int
) -> None:
    kept = IngestSettings().raw_retention_days
    for days in (kept + 1, kept - 1):
        owner.execute(
            "INSERT INTO gaps (device, boot, span, missing, state, seen_at, opened_at, closed_at)"
            " SELECT %s, 1, '[1,2)', '{[1,2)}', 'lost', t, t, t FROM (SELECT now() - %s AS t) s",
            (device, timedelta(days=days)),
        )
    forget_boots_and_gaps()
    (left,) = owner.execute("SELECT count(*) FROM gaps").fetchone() or (None,)
    (counted,) = owner.execute("SELECT count FROM gap_counts WHERE state = 'lost'").fetchone() or (
        None,
    )
    assert (left, counted) == (1, 2)
