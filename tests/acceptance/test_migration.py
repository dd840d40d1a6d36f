"""A database with data in it is brought to the newest schema, and ingest goes on with it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import pytest

from ingest import wire
from server.benches.site import Site, until
from server.migrations import newest
from server.migrations.runner import migrate
from tests.acceptance.conftest import fresh_site, specs_of
from tests.acceptance.mouths import mouth

OLD = "0003_ledger"
OLD_DEVICE = "old-0001"
FACTS = 5_000
TABLES = ("readings", "positions", "ledger", "gaps", "dead_letters", "batches", "counters",
          "latest_readings", "device_status", "devices", "device_models", "quantities")  # fmt: skip

FILL = f"""
    INSERT INTO devices (device_id, kind, model, name, division_code, expected_interval_seconds)
    SELECT '{OLD_DEVICE}', kind, id, '旧设备', '430405', 60
    FROM device_models WHERE name = 'generic-manhole';
    INSERT INTO readings (device, time, received_at, boot, seq, digest, batch, "values")
    SELECT d.id, now() - n * INTERVAL '1 minute', now() - n * INTERVAL '1 minute', 1, {FACTS} - n,
        n, 1, ARRAY[1.5, NULL, 3.6, -80] FROM devices d, generate_series(1, {FACTS}) n;
    INSERT INTO positions (device, time, received_at, boot, seq, digest, batch,
        lon, lat, speed_mps, heading_deg)
    SELECT d.id, now(), now(), 2, n, n, 1, 112.6, 26.9, 3, 0
    FROM devices d, generate_series(0, 99) n;
    INSERT INTO ledger (device, boot, committed, added, first_seen, last_seen)
    SELECT id, 1, '{{[0,{FACTS})}}', '{{}}', now(), now() FROM devices;
    INSERT INTO gaps (device, boot, span, missing, state, seen_at)
    SELECT id, 3, '[4,6)', '{{[4,6)}}', 'lost', now() FROM devices;
    INSERT INTO latest_readings (device, time, received_at, "values")
    SELECT id, now(), now(), ARRAY[1.5, NULL, 3.6, -80] FROM devices;
    INSERT INTO counters (writer, deliveries, stored, duplicates, dead_letters)
    VALUES (1, {FACTS + 103}, {FACTS + 100}, 2, 1);
"""


@pytest.fixture(scope="module")
def old_site() -> Iterator[Site]:
    """Servers with a database of an earlier schema that is in use."""
    with fresh_site() as site:
        site.stack.up()
        migrate(site.stack.environment["HENGYANG_DATABASE_OWNER_URL"], print, OLD)
        with site.connect() as connection:
            connection.execute(FILL)
        yield site


def contents(connection: psycopg.Connection[Any]) -> dict[str, list[dict[str, Any]]]:
    """Every row as it was; columns that a migration adds do not count as a change."""
    return {
        table: [
            row[0]
            for row in connection.execute(f"SELECT to_jsonb(t) FROM {table} t ORDER BY t::text")
        ]
        for table in TABLES
    }


def test_data_stays_as_it_was_and_ingest_goes_on(old_site: Site) -> None:
    with old_site.connect() as connection:
        before = contents(connection)
    assert len(before["readings"]) == FACTS
    said = old_site.hengyang("migrate")
    assert newest() in said
    with old_site.connect() as connection:
        after = contents(connection)
    for table, rows in before.items():
        kept = [{name: row.get(name) for name in rows[0]} for row in after[table]] if rows else []
        assert sorted(map(str, kept)) == sorted(map(str, rows)), table
    assert "nothing to do" in old_site.hengyang("migrate")
    old_site.hengyang("seed")
    stores_new_messages(old_site)


def stores_new_messages(site: Site) -> None:
    site.start_ingest()
    [spec] = specs_of("new", manhole=1)
    credentials = site.enlist([spec])
    site.await_accounts(credentials)
    body = {"boot": 1, "seq": 0, "time": datetime.now(UTC), "readings": {"battery_voltage": 3.5}}
    topic = wire.topic("sensor", spec.device_id, "readings")
    with mouth(site.broker, spec.device_id, credentials[spec.device_id]) as device:
        until(lambda: device.say(topic, msgspec.json.encode(body)) == 0, "the broker takes it")
    stored = "SELECT sum(stored) FROM counters"
    until(lambda: site.figure(stored) == FACTS + 101, "it is stored beside the old ones")
