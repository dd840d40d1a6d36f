"""A town, and the API that serves its live feed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import uvicorn

from center.bus import Bus
from center.outbox.relay import Relay
from deploy.stack import LocalStack
from deploy.stack.ports import free_ports
from server.app import create_app
from server.http import configuration
from tests.integration.databases import Database
from tests.integration.patience import wait_for
from tests.integration.server.live.town import Town


@pytest.fixture
def town(database: Database, owner: psycopg.Connection) -> Iterator[Town]:
    with psycopg.connect(database.ingest, autocommit=True) as ingest:
        yield Town(owner, ingest)


@pytest.fixture
def settings() -> dict[str, str]:
    """Of the API; a test module may say others."""
    return {}


@contextmanager
def serving_here() -> Iterator[int]:
    """A server in a thread of this process: it starts at once. Gives its port."""
    [port] = free_ports(1)
    server = uvicorn.Server(configuration(create_app(), "127.0.0.1", port))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield port
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def port(
    database: Database, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> Iterator[int]:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with serving_here() as served:
        yield served


@pytest.fixture
def relay(database: Database, stack: LocalStack, bus: object) -> Iterator[Relay]:
    """What carries events of the outbox to the bus."""
    made = Relay(database.app, Bus(stack.environment["HENGYANG_REDIS_URL"], 10_000))
    made.start()
    yield made
    made.stop()
