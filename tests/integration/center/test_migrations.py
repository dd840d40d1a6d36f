"""Migrations bring any database to the newest schema, once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.migrations import newest
from server.migrations.runner import migrate
from tests.integration.databases import Cloner, Database


@pytest.fixture
def empty(cloner: Cloner) -> Iterator[Database]:
    """A database with its extensions and nothing else."""
    made = cloner.empty()
    yield made
    cloner.drop(made)


def test_a_migrated_database_is_at_the_newest_schema(session: Session) -> None:
    assert session.scalar(sa.text("SELECT version_num FROM alembic_version")) == newest()


def test_migrating_again_does_nothing(database: Database) -> None:
    assert migrate(database.owner, print) == []


def test_of_two_at_once_one_waits_and_finds_nothing_to_do(empty: Database) -> None:
    said: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: migrate(empty.owner, said.append), range(2)))
    assert min(map(len, both)) == 0
    assert len([line for line in said if "0001_floor" in line]) == 1


def test_a_failed_step_leaves_the_step_before(empty: Database) -> None:
    migrate(empty.owner, print, target="0001_floor")
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE devices (in_the_way int)")
        with pytest.raises(sa.exc.ProgrammingError):
            migrate(empty.owner, print)
        connection.execute("DROP TABLE devices")
    steps = migrate(empty.owner, print)
    assert steps[0] == "0002_devices"


def test_data_of_an_older_schema_is_kept(empty: Database) -> None:
    migrate(empty.owner, print, target="0001_floor")
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute("""
            INSERT INTO users (username, display_name, password_hash, password_changed_at)
            VALUES ('wang.wei', '王伟', 'x', now())""")
        migrate(empty.owner, print)
        found = connection.execute("SELECT username, version FROM users").fetchall()
    assert found == [("wang.wei", 1)]
