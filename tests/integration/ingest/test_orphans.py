"""Sessions of gateways that are no more: taken in, emptied, forgotten, or left to their owner."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from center.settings import IngestSettings
from ingest.delivery import Delivery
from ingest.gateway import Gateway
from ingest.leases import GATEWAY, Lease
from ingest.orphans import Orphanage
from tests.integration.databases import Database
from tests.integration.ingest.brokers import OwnBroker
from tests.integration.patience import wait_for

NAME = "adopting-gateway"


class Home:
    """Gateway number 1 with two sessions, whose clock and turns are the test's."""

    def __init__(self, database: Database, broker: OwnBroker) -> None:
        self.came: list[Delivery] = []
        self.gateway = Gateway(
            "ingest-1", broker.address, IngestSettings(), self.came.append, lambda _: None
        )
        self._time = 0.0
        self._url = database.ingest
        self.connection = psycopg.connect(database.ingest, autocommit=True)
        self.orphanage = Orphanage(1, 2, self.gateway, self.connect, lambda: self._time)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self._url, application_name=NAME)

    def look(self, times: int = 1) -> None:
        """As often as a gateway does: every two seconds."""
        for _ in range(times):
            self._time += 2
            self.orphanage.look(self.connection)

    def empty(self) -> None:
        """Turns until nothing is adopted."""

        def turned() -> bool:
            self.gateway.turn()
            return not self.gateway.adopted

        wait_for(turned)

    def rows(self) -> list[tuple[int, int]]:
        statement = "SELECT number, sessions FROM gateways ORDER BY number"
        return self.connection.execute(statement).fetchall()  # type: ignore[return-value]

    def close(self) -> None:
        self.gateway.stop()
        self.gateway.run()
        self.orphanage.release()
        self.connection.close()


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Iterator[Home]:
    broker = OwnBroker(tmp_path)
    broker.start()
    made = Home(database, broker)
    yield made
    made.close()
    broker.kill()


def leave(owner: psycopg.Connection, number: int, sessions: int) -> None:
    """The row of a gateway that was last heard of a minute ago."""
    owner.execute(
        "INSERT INTO gateways (number, sessions, held_at)"
        " VALUES (%s, %s, now() - interval '1 min')"
        " ON CONFLICT (number) DO UPDATE SET sessions = excluded.sessions",
        [number, sessions],
    )


def test_who_has_just_come_takes_nobody_for_dead(home: Home, owner: psycopg.Connection) -> None:
    leave(owner, 2, 1)
    home.look(5)
    assert home.gateway.adopted == set()
    assert home.orphanage.is_known


def test_a_number_that_somebody_holds_is_not_taken_in(
    home: Home, owner: psycopg.Connection
) -> None:
    leave(owner, 2, 1)
    other = Lease(home.connect)
    assert other.take(GATEWAY, 2)
    home.look(8)
    assert home.gateway.adopted == set()
    other.release()
    home.look()
    assert home.gateway.adopted == {"ingest-2-0"}


def test_all_sessions_another_had_are_emptied_and_its_number_is_forgotten(
    home: Home, owner: psycopg.Connection
) -> None:
    leave(owner, 2, 3)
    home.look(8)
    assert home.gateway.adopted == {"ingest-2-0", "ingest-2-1", "ingest-2-2"}
    home.empty()
    home.look()
    assert home.rows() == [(1, 2)]
    other = Lease(home.connect)
    assert other.take(GATEWAY, 2)
    other.release()


def test_sessions_of_our_own_that_are_too_many_now_are_emptied(
    home: Home, owner: psycopg.Connection
) -> None:
    leave(owner, 1, 4)
    home.look()
    assert home.gateway.adopted == {"ingest-1-2", "ingest-1-3"}
    home.look()
    assert home.rows() == [(1, 4)]  # should we die now, they are still known
    home.empty()
    home.look()
    assert home.rows() == [(1, 2)]


def test_sessions_are_left_to_their_owner_when_the_lease_on_them_is_gone(
    home: Home, owner: psycopg.Connection
) -> None:
    leave(owner, 2, 1)
    home.look(8)
    owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
        [NAME],
    )
    other = Lease(home.connect)
    wait_for(lambda: other.take(GATEWAY, 2))
    home.look()
    home.gateway.turn()
    assert home.gateway.adopted == set()
    assert home.rows() == [(1, 2), (2, 1)]
    other.release()
