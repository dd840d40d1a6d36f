"""Events reach every follower once and in order, whatever befalls Redis and the relay."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import redis
from psycopg.rows import namedtuple_row
from sqlalchemy.orm import Session

from center import outbox
from center.bus import Bus, BusAway, CursorLost, Reader, bus, key
from center.clock import now
from center.database import transaction
from center.evidence.pending import EvidenceOverdue
from center.outbox import Follower, ReplayLost, emit, emit_on, replay
from center.outbox import service as outbox_service
from center.outbox.relay import Relay, carry, number
from deploy.stack import LocalStack
from server.system.repository import waiting
from tests.integration.databases import Database
from tests.integration.patience import wait_for

STREAM = "evidence"


def happened(n: int) -> EvidenceOverdue:
    return EvidenceOverdue(sha256=f"{n:064x}", device=n, division_code="430405", first_named=now())


def numbers(found) -> list[int]:
    return [item.event.device for item in found]


def unsent(connection: psycopg.Connection) -> int:
    """How many events wait, as the queues of the system page count them."""
    with transaction() as session:
        (found,) = [q for q in waiting(session, 1) if q.name == "outbox"]
    return found.length


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.app, autocommit=True, row_factory=namedtuple_row) as opened:
        yield opened


@pytest.fixture
def address(stack: LocalStack, bus: redis.Redis) -> str:
    return stack.environment["HENGYANG_REDIS_URL"]


@contextmanager
def relaying(database: Database, over: Bus) -> Iterator[Relay]:
    relay = Relay(database.app, over)
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()


def read_until(follower: Follower, count: int, seconds: float = 60) -> list[int]:
    found: list[int] = []
    deadline = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < deadline:
        found += numbers(follower.read(0.2))
    return found


def test_an_act_that_is_rolled_back_tells_nothing(session: Session) -> None:
    emit(session, happened(1))
    session.rollback()
    assert replay(session, 0, [STREAM]) == ([], 0)


def test_a_late_commit_gets_a_later_position_and_is_not_passed_over(
    database: Database, connection: psycopg.Connection, session: Session
) -> None:
    with psycopg.connect(database.app) as slow:
        emit_on(slow, [happened(1)])  # the lower id, and it commits last
        emit_on(connection, [happened(2), happened(3)])
        number(connection)
        seen, position = replay(session, 0, [STREAM])
        assert numbers(seen) == [2, 3]
    session.commit()
    number(connection)
    assert numbers(replay(session, position, [STREAM])[0]) == [1]


def test_the_role_of_ingest_can_emit_too(database: Database, connection) -> None:
    with psycopg.connect(database.ingest) as ingest:
        emit_on(ingest, [happened(4)])
    assert unsent(connection) == 1


def test_what_cannot_be_sent_waits(connection, database, stack) -> None:
    emit_on(connection, [happened(1)])
    nowhere = Bus("redis://127.0.0.1:1/0", 1000)
    number(connection)
    with pytest.raises(BusAway):
        carry(connection, nowhere)
    assert unsent(connection) == 1


def test_while_redis_is_away_a_call_costs_no_time_out(stack) -> None:
    nowhere = Bus("redis://127.0.0.1:1/0", 1000)
    started = time.monotonic()
    for _ in range(1000):
        with pytest.raises(BusAway):
            nowhere.publish(happened(1))
    assert time.monotonic() - started < 30


def test_events_go_over_the_bus_in_order_and_once(database, connection, address) -> None:
    carrier = Bus(address, 1000)
    reader = Reader(address, [STREAM])
    reader.to_tail()
    emit_on(connection, [happened(n) for n in range(1200)])
    with relaying(database, carrier):
        found = []
        while len(found) < 1200:
            found += reader.read(2.0)
        wait_for(lambda: unsent(connection) == 0)
    assert numbers(found) == list(range(1200))
    assert [entry.position for entry in found] == list(range(1, 1201))


def test_two_relays_do_not_work_at_once_and_the_second_takes_over(
    database, connection, address
) -> None:
    first = Relay(database.app, Bus(address, 1000))
    first.start()
    wait_for(lambda: first.leads)
    with relaying(database, Bus(address, 1000)) as second:
        emit_on(connection, [happened(1)])
        wait_for(lambda: unsent(connection) == 0)
        assert not second.leads
        first.stop()
        emit_on(connection, [happened(2)])
        wait_for(lambda: unsent(connection) == 0)
        assert second.leads


def test_a_reader_is_told_when_the_bus_is_emptied_or_has_run_past_it(address, bus) -> None:
    reader = Reader(address, [STREAM])
    reader.to_tail()
    bus.flushall()
    with pytest.raises(CursorLost):
        reader.read(0.01)
    reader.to_tail()
    sender = Bus(address, 100)
    for start in range(0, 1000, 100):
        for n in range(start, start + 100):
            sender.publish(happened(n))
    with pytest.raises(CursorLost):
        reader.read(0.01)


def test_what_is_no_event_of_ours_is_passed_over(address, bus) -> None:
    reader = Reader(address, [STREAM])
    reader.to_tail()
    bus.xadd(key(STREAM), {"e": b'{"event":"from.the-future/9"}'})
    bus.xadd(key(STREAM), {"other": b"x"})
    Bus(address, 1000).publish(happened(5))
    assert numbers(reader.read(2.0)) == [5]
    assert reader.read(0.01) == []


def test_a_follower_misses_nothing_when_redis_is_emptied_killed_and_restarted(
    database, connection, stack, address, bus
) -> None:
    count = 0

    def tell(more: int) -> None:
        nonlocal count
        emit_on(connection, [happened(n) for n in range(count, count + more)])
        count += more

    follower = Follower(Reader(address, [STREAM]), [STREAM], 0)
    with relaying(database, Bus(address, 1000)):
        tell(50)
        found = read_until(follower, 50)
        tell(50)
        bus.flushall()
        tell(50)
        found += read_until(follower, count - len(found))
        stack.kill("redis")
        tell(50)
        found += read_until(follower, count - len(found))  # from PostgreSQL
        stack.start("redis")
        tell(700)
        found += read_until(follower, count - len(found))
        wait_for(lambda: unsent(connection) == 0)
    assert found == list(range(count))


def test_what_redis_forgot_in_a_crash_is_sent_again(connection, address, bus) -> None:
    sender, reader = Bus(address, 1000), Reader(address, [STREAM])
    emit_on(connection, [happened(n) for n in range(3)])
    number(connection)
    assert carry(connection, sender) == 3
    # As after a crash that lost the last two: stream and position are older together.
    last = [entry for entry, _ in bus.xrevrange(key(STREAM), count=2)]
    bus.xdel(key(STREAM), *last)
    bus.set("hy:outbox:position", 1)
    reader.to_tail()
    assert carry(connection, sender) == 2
    assert [entry.position for entry in reader.read(1.0)] == [2, 3]
    assert carry(connection, sender) == 0


def test_cleaning_takes_only_what_was_sent_and_tells_who_comes_too_late(
    connection, owner, session, address
) -> None:
    emit_on(connection, [happened(1), happened(2)])
    number(connection)
    carry(connection, Bus(address, 1000))
    emit_on(connection, [happened(3)])
    owner.execute("UPDATE outbox SET emitted_at = now() - interval '8 days'")
    assert outbox_service.clean(session, days=7) == 2
    session.commit()
    number(connection)
    with pytest.raises(ReplayLost):
        replay(session, 1, [STREAM])
    assert numbers(replay(session, 2, [STREAM])[0]) == [3]


def test_writers_at_random_are_all_heard_once(database, address) -> None:
    """Many transactions that end in any order, some rolled back, while followers listen."""
    kept: list[int] = []

    def write(offset: int) -> None:
        for n in range(offset, offset + 40):
            with psycopg.connect(database.app) as one:
                emit_on(one, [happened(n)])
                time.sleep((n * 7919 % 5) / 1000)
                if n % 5 == 0:
                    one.rollback()
                else:
                    one.commit()
                    kept.append(n)

    follower = Follower(Reader(address, [STREAM]), [STREAM], 0)
    with relaying(database, Bus(address, 1000)):
        writers = [threading.Thread(target=write, args=(k * 1000,)) for k in range(4)]
        for writer in writers:
            writer.start()
        found = read_until(follower, 128)
        for writer in writers:
            writer.join()
    assert sorted(found) == sorted(kept)


def test_the_bus_of_the_settings_is_one_per_process(database) -> None:
    assert bus() is bus()
    with transaction() as session:
        assert outbox.replay(session, 0, [STREAM]) == ([], 0)
