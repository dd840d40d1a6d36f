"""Leases: one process at a time, and the next one as soon as the first is gone."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from ingest.leases import GATEWAY, MOST, WARDEN, Lease, take_number
from tests.integration.databases import Database
from tests.integration.patience import wait_for


@pytest.fixture
def lease(database: Database) -> Iterator[Callable[[], Lease]]:
    """Makes leases of processes of their own."""
    made: list[Lease] = []

    def make() -> Lease:
        made.append(Lease(lambda: psycopg.connect(database.ingest)))
        return made[-1]

    yield make
    for one in made:
        one.release()


def test_a_right_is_had_by_one_at_a_time(lease: Callable[[], Lease]) -> None:
    first, second = lease(), lease()
    assert first.take(WARDEN)
    assert not second.take(WARDEN)
    first.release()
    wait_for(lambda: second.take(WARDEN))  # the server notices by itself


def test_who_is_cut_off_has_lost_it_and_another_gets_it(
    lease: Callable[[], Lease], owner: psycopg.Connection
) -> None:
    first, second = lease(), lease()
    assert first.take(WARDEN)
    assert first.held()
    owner.execute("SELECT pg_terminate_backend(%s)", (first.connection.info.backend_pid,))
    wait_for(lambda: not first.held())
    wait_for(lambda: second.take(WARDEN))
    assert not first.take(WARDEN)


def test_numbers_are_given_from_the_lowest_that_is_free(lease: Callable[[], Lease]) -> None:
    holders = [lease() for _ in range(3)]
    assert [take_number(one) for one in holders] == [1, 2, 3]
    holders[1].release()
    another = lease()
    wait_for(lambda: another.take(GATEWAY, 2))
    assert take_number(lease()) == 4


def test_there_are_no_more_numbers_than_clients_the_broker_knows(
    lease: Callable[[], Lease],
) -> None:
    holder = lease()
    assert [take_number(lease()) for _ in range(2)] == [1, 2]
    for number in range(3, MOST + 1):
        assert holder.take(GATEWAY, number)
    with pytest.raises(RuntimeError, match="run already"):
        take_number(lease())


def test_what_was_never_taken_has_no_connection(lease: Callable[[], Lease]) -> None:
    unused = lease()
    assert not unused.held()
    with pytest.raises(psycopg.OperationalError):
        _ = unused.connection
