"""Connections of the program: what only reads cannot write, and what died is replaced."""

from collections.abc import Callable

import psycopg
import pytest
import sqlalchemy as sa

from center.database import engine, reading, reading_engine, transaction
from tests.integration.databases import Database

PID = sa.text("SELECT pg_backend_pid()")


def test_what_reads_cannot_write(database: Database) -> None:
    with reading() as session, pytest.raises(sa.exc.InternalError, match="read-only"):
        session.execute(sa.text("UPDATE sessions SET address = ''"))


def test_each_read_stands_by_itself(database: Database) -> None:
    with reading() as session:
        moments = [session.scalar(sa.text("SELECT now()")) for _ in range(2)]
    assert moments[0] < moments[1]


def test_a_read_has_a_time_limit(database: Database) -> None:
    with reading() as session:
        assert session.scalar(sa.text("SHOW statement_timeout")) != "0"


@pytest.mark.parametrize("pool", [engine, reading_engine])
def test_a_connection_that_the_server_closed_is_replaced(
    database: Database, owner: psycopg.Connection, pool: Callable[[], sa.Engine]
) -> None:
    made = pool()
    with made.connect() as connection:
        before = connection.scalar(PID)
    owner.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    with made.connect() as connection:
        assert connection.scalar(PID) != before


def test_a_living_connection_is_kept(database: Database) -> None:
    pids = set()
    for _ in range(3):
        with transaction() as session:
            pids.add(session.scalar(PID))
    assert len(pids) == 1
