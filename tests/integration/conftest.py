"""Real servers for every integration test: one stack a run, one cloned database a test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy.orm import Session

from deploy.stack import LocalStack
from tests.integration import programs
from tests.integration.databases import Cloner, Database
from tests.integration.http import Api


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """PostgreSQL, Redis, Mosquitto and the RTSP server for this run alone; they die with it."""
    folder = Path(tempfile.mkdtemp(prefix="hengyang-test-"))
    made = LocalStack(folder, test=True, attached=True)
    try:
        made.up()
        yield made
    finally:
        made.down()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cloner(stack: LocalStack) -> Cloner:
    """A migrated and seeded template database, ready to be cloned in a tenth of a second."""
    return Cloner.prepare(stack)


@pytest.fixture
def database(
    stack: LocalStack, cloner: Cloner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A database of this test alone; the program's settings point at it, and `var/` at tmp_path."""
    made = cloner.clone()
    try:
        with programs.environment(monkeypatch, stack, made, tmp_path):
            yield made
    finally:
        cloner.drop(made)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session of role hengyang_app; the test commits what others shall see."""
    with programs.open_session() as opened:
        yield opened


@pytest.fixture
def owner(database: Database) -> Iterator[psycopg.Connection]:
    """A bare connection of the superuser, each statement by itself, for what no role may do."""
    with psycopg.connect(database.admin, autocommit=True) as connection:
        yield connection


@pytest.fixture
def bus(stack: LocalStack) -> Iterator[redis.Redis]:
    """An empty Redis."""
    client = redis.Redis.from_url(stack.environment["HENGYANG_REDIS_URL"])
    client.flushall()
    yield client
    client.flushall()
    client.close()


@pytest.fixture
def client(database: Database) -> Iterator[Api]:
    """The whole HTTP application; `client.as_role("operator")` gives one that is logged in."""
    with Api() as opened:
        yield opened


@pytest.fixture(autouse=True, scope="session")
def _cheap_hashes() -> None:
    """Hashes of test passwords are cheap: their price is tested where it matters."""
    os.environ["HENGYANG_PASSWORD_MEMORY_KIB"] = "8"
    os.environ["HENGYANG_PASSWORD_ROUNDS"] = "1"
