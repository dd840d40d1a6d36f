"""Slow viewers, a bus that dies, a database that is away, a process that ends."""

import socket

import psycopg
import pytest
import redis

from center.bus import Bus
from center.outbox.relay import Relay
from deploy.stack import LocalStack
from deploy.stack.ports import free_ports
from tests.integration.center.alarms.troubles import relief, tell, trouble
from tests.integration.databases import Database
from tests.integration.patience import wait_for
from tests.integration.server.live.line import Line, line, token_of, watching
from tests.integration.server.live.town import Town
from tests.integration.serving import answers, serving

LONG_NAME = "长" * 200


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    return {"HENGYANG_LIVE_PATIENCE_SECONDS": "2"}


def stalled_socket(port: int) -> socket.socket:
    """A connection that takes little at once."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", port))
    return made


def shown(seen: Line, device_id: str) -> float | None:
    """The filling of a bin, as told."""
    return (seen.devices[device_id]["q"] or {}).get("bin_fill")


def test_a_viewer_who_takes_nothing_is_cut_with_a_reason_and_costs_others_nothing(
    town: Town, port: int
) -> None:
    names = [town.enter(f"D-{number}") for number in range(1000)]
    token = token_of(port, "operator")
    with line(port, sock=stalled_socket(port), max_queue=1) as stalled:
        stalled.hello(token)
        stalled.watch()  # and takes nothing of what comes
        with watching(port, token) as other:
            for turn in range(1, 16):
                # More than the kernel holds for one who does not read.
                town.owner.execute("UPDATE devices SET name = %s", [f"{turn}{LONG_NAME}"])
                town.read(names[0], turn, None, None, None)
                other.until(lambda t=turn: shown(other, names[0]) == t)
                other.until(lambda t=turn: other.devices[names[1]]["n"].startswith(str(t)))
        code, reason = stalled.closed()
    assert code == 4408
    assert "too slow" in reason


def test_redis_killed_while_alarms_are_raised_loses_none_and_doubles_none(
    town: Town, database: Database, stack: LocalStack, bus: redis.Redis, port: int
) -> None:
    town.read(town.enter("D-1"), 1, None, None, None)
    relay = Relay(database.app, Bus(stack.environment["HENGYANG_REDIS_URL"], 10_000))
    relay.start()
    try:
        with watching(port, token_of(port, "operator"), alarms={}) as seen:
            seen.hear("snapshot", "alarms")
            tell(trouble("before", severity="red"))
            seen.until(lambda: len(seen.alarms) == 1)
            stack.kill("redis")
            tell(trouble("during"))
            town.read("D-1", 2, None, None, None)
            seen.until(
                lambda: len(seen.alarms) == 2 and seen.devices["D-1"]["q"] == {"bin_fill": 2}
            )
            stack.start("redis")
            tell(trouble("after"), relief("before", 1))
            seen.until(lambda: len(seen.alarms) == 3)
            seen.until(lambda: any(a["state"] == "cleared" for a in seen.alarms.values()))
            items = [i["id"] for f in seen.frames if f.get("topic") == "alarms" for i in f["items"]]
            assert sorted(set(items)) == sorted(seen.alarms)
    finally:
        relay.stop()


def test_a_database_that_cuts_us_off_is_looked_at_again(
    town: Town, port: int, owner: psycopg.Connection
) -> None:
    town.read(town.enter("D-1"), 1, None, None, None)
    with watching(port, token_of(port, "operator")) as seen:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'hengyang-live' AND datname = current_database()"
        )
        assert seen.hear("error")["code"] == "unavailable"
        town.read("D-1", 2, None, None, None)
        seen.until(lambda: seen.devices["D-1"]["q"] == {"bin_fill": 2})


def test_a_process_that_ends_says_so(database: Database, town: Town) -> None:
    [port] = free_ports(1)
    with serving(port, 1) as program:
        wait_for(lambda: answers(port), 300)
        with watching(port, token_of(port, "operator")) as seen:
            program.terminate()
            assert seen.closed()[0] == 1012
            assert program.wait(30) is not None
