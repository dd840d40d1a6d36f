"""Alarms and the bus: Redis may die while alarms are raised; none is lost, none told twice."""

import threading
import time
from collections import Counter

import redis

from center.alarms.events import AlarmChanged
from center.bus import Bus, Reader
from center.outbox import Follower
from center.outbox.relay import Relay
from deploy.stack import LocalStack
from tests.integration.center.alarms.troubles import alarms, tell, trouble
from tests.integration.databases import Database

STREAM = "alarms"


def read_until(follower: Follower, count: int, seconds: float = 90) -> list[AlarmChanged]:
    found: list[AlarmChanged] = []
    deadline = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < deadline:
        found += [item.event for item in follower.read(0.2) if isinstance(item.event, AlarmChanged)]
    return found


def test_redis_killed_while_alarms_are_raised_loses_none_and_doubles_none(
    database: Database, stack: LocalStack, bus: redis.Redis
) -> None:
    address = stack.environment["HENGYANG_REDIS_URL"]
    follower = Follower(Reader(address, [STREAM]), [STREAM], 0)
    relay = Relay(database.app, Bus(address, 10_000))
    relay.start()
    begun, done = threading.Event(), threading.Event()

    def raise_on() -> None:
        for part in range(40):
            tell(*(trouble(f"k{part}-{n}", storm="s") for n in range(25)))
            begun.set()
            time.sleep(0.02)
        done.set()

    writer = threading.Thread(target=raise_on)
    try:
        writer.start()
        assert begun.wait(60)
        stack.kill("redis")
        found = read_until(follower, 100)  # from PostgreSQL
        assert done.wait(60)
        stack.start("redis")
        found += read_until(follower, 1000 - len(found))
    finally:
        writer.join()
        relay.stop()
    assert [event.what for event in found] == ["raised"] * 1000
    assert Counter(event.alarm for event in found) == Counter(alarm.id for alarm in alarms())
    assert len({event.group for event in found}) == 1
