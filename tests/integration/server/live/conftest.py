"""A town, and the API that serves its live feed."""

from collections.abc import Iterator

import psycopg
import pytest

from center.bus import Bus
from center.outbox.relay import Relay
from deploy.stack import LocalStack
from deploy.stack.ports import free_ports
from tests.integration.databases import Database
from tests.integration.patience import wait_for
from tests.integration.server.live.town import Town
from tests.integration.serving import answers, serving


@pytest.fixture
def town(database: Database, owner: psycopg.Connection) -> Iterator[Town]:
    with psycopg.connect(database.ingest, autocommit=True) as ingest:
        yield Town(owner, ingest)


@pytest.fixture
def settings() -> dict[str, str]:
    """Of the API; a test module may say others."""
    return {}


@pytest.fixture
def port(
    database: Database, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> Iterator[int]:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    [free] = free_ports(1)
    with serving(free, 1):
        wait_for(lambda: answers(free))
        yield free


@pytest.fixture
def relay(database: Database, stack: LocalStack, bus: object) -> Iterator[Relay]:
    """What carries events of the outbox to the bus."""
    made = Relay(database.app, Bus(stack.environment["HENGYANG_REDIS_URL"], 10_000))
    made.start()
    yield made
    made.stop()
