"""A backup of a running system, brought back into an empty one, gives the same ledger."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from center.audit.verification import RESTORE
from ingest import wire
from server.benches.site import Site, until
from tests.acceptance.conftest import enlisted, fresh_site, specs_of
from tests.acceptance.mouths import Mouth, mouth

DEVICE = "bk-manhole-0001"
TOPIC = wire.topic("sensor", DEVICE, "readings")
# What the ledger rests on; rows of watches and heartbeats go on changing in the running system.
TABLES = (
    "readings", "positions", "passes", "violations", "events", "ledger", "gaps", "dead_letters",
    "batches", "counters", "commit_watermark", "latest_readings", "latest_positions",
    "devices", "device_models", "quantities", "users", "audit_log",
)  # fmt: skip


@pytest.fixture(scope="module")
def credentials(site: Site) -> Iterator[Mapping[str, str]]:
    """A device that has sent good, double and bad messages, and whose 20 to 29 are missing."""
    known = enlisted(site, specs_of("bk", manhole=1))
    say(site, known, *(message(n) for n in range(20)), message(3), message(30), b"garbage")
    until(lambda: facts(site) == 21, "the messages are stored")
    opened = "SELECT count(*) FROM gaps WHERE state = 'open'"
    until(lambda: site.figure(opened) == 1, "the missing ones are a gap")
    yield known
    say(site, known, *(message(n) for n in range(20, 30)))
    until(lambda: site.figure(opened) == 0, "the gap is healed")


def say(site: Site, known: Mapping[str, str], *payloads: bytes) -> None:
    with mouth(site.broker, DEVICE, known[DEVICE]) as device:
        for payload in payloads:
            assert device.say(TOPIC, payload) == 0


@pytest.fixture(scope="module")
def restored(
    site: Site, credentials: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    file = tmp_path_factory.mktemp("backup") / "city.hy"
    site.hengyang("backup", str(file))
    with fresh_site() as empty:
        empty.stack.up()
        empty.hengyang("restore", str(file))
        yield empty


def message(seq: int) -> bytes:
    # The same bytes each time: a message that comes again is known by its content.
    body = {"boot": 7, "seq": seq, "time": STARTED, "readings": {"battery_voltage": 3.5}}
    return msgspec.json.encode(body)


STARTED = datetime.now(UTC)


def facts(site: Site) -> int:
    return int(
        site.figure(
            "SELECT count(*) FROM readings f JOIN devices d ON d.id = f.device"
            " WHERE d.device_id = %s",
            DEVICE,
        )
    )


def rows(site: Site, table: str) -> list[str]:
    # The running system goes on asking for what is missing, and counts it.
    what = "to_jsonb(t) - 'requested_at' - 'attempts'"
    with site.connect() as connection:
        return sorted(map(str, connection.execute(f"SELECT {what} FROM {table} t").fetchall()))


def test_the_rows_are_the_same(site: Site, restored: Site) -> None:
    there = "SELECT array_agg(table_name::text) FROM information_schema.tables"
    tables = set(TABLES) & set(site.figure(there))
    assert {"readings", "ledger", "counters", "dead_letters", "gaps", "devices"} <= tables
    same = tables - {"audit_log"}
    differing = [table for table in sorted(same) if rows(site, table) != rows(restored, table)]
    assert differing == []
    # The trail goes on at both: what is done after the backup here, the restore there.
    trail = "SELECT seq, hash FROM audit_log ORDER BY seq"
    with site.connect() as here, restored.connect() as there:
        ours, theirs = here.execute(trail).fetchall(), there.execute(trail).fetchall()
    assert len(theirs) > 1
    assert ours[: len(theirs) - 1] == theirs[:-1]
    assert restored.figure("SELECT action FROM audit_log ORDER BY seq DESC LIMIT 1") == RESTORE


def test_devices_go_on_where_they_were(restored: Site, credentials: Mapping[str, str]) -> None:
    restored.start_ingest()
    restored.await_accounts(credentials)
    before = sums(restored)
    with mouth(restored.broker, DEVICE, credentials[DEVICE]) as device:
        said_until_heard(device, message(20))
        until(lambda: facts(restored) == 22, "a new message is stored")
        assert device.say(TOPIC, message(5)) == 0
    until(lambda: sums(restored)["duplicates"] > before["duplicates"], "a known one is a duplicate")
    assert facts(restored) == 22


def said_until_heard(device: Mouth, payload: bytes) -> None:
    """A device repeats what the broker could not hand on: our session is new there."""
    until(lambda: device.say(TOPIC, payload) == 0, "the broker takes the message")


def sums(site: Site) -> dict[str, Any]:
    names = ("deliveries", "stored", "duplicates", "dead_letters")
    return {name: site.figure(f"SELECT sum({name}) FROM counters") for name in names}
