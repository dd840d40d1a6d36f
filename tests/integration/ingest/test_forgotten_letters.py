"""Dead letters that were decided about have an end; open ones wait for their decision."""

from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ingest.deadletters.tasks import forget_closed


def keep(owner: psycopg.Connection, state: str, days: int) -> None:
    owner.execute(
        "INSERT INTO dead_letters (identity, first_received_at, last_received_at, topic,"
        " content_type, reason, detail, whole, payload, size, state, closed_at)"
        " SELECT %(name)s::bytea, t, t, 'x', '', 'garbage', '', true, '', 0, %(state)s,"
        " CASE WHEN %(state)s <> 'open' THEN t END FROM (SELECT now() - %(age)s AS t) AS given",
        {"name": f"{state}{days}", "state": state, "age": timedelta(days=days)},
    )


def test_young_ones_are_forgotten_by_nobody(session: Session) -> None:
    with pytest.raises(DBAPIError, match="within 30 days"):
        session.execute(sa.text("SELECT forget_dead_letters(now() - interval '29 days', 10)"))


def test_old_ones_that_are_closed_go(database, owner: psycopg.Connection) -> None:
    for state in ("open", "discarded", "replayed"):
        for days in (400, 300):
            keep(owner, state, days)
    forget_closed()
    rows = owner.execute("SELECT state, count(*) FROM dead_letters GROUP BY 1 ORDER BY 1")
    assert rows.fetchall() == [("discarded", 1), ("open", 2), ("replayed", 1)]
