"""What devices say of themselves, as the warden keeps it, and what others hear of it."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from center.clock import now
from ingest import wire
from ingest.delivery import Delivery
from ingest.warden import duties, status
from tests.integration.databases import Database
from tests.integration.ingest.writing import enrol

OFFICE: Any = SimpleNamespace()


@pytest.fixture
def warden(database: Database, owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    enrol(owner, "D-1")
    with psycopg.connect(database.ingest, autocommit=True) as connection:
        yield connection


def said(state: str, device_id: str = "D-1", kind: str = "sensor") -> Delivery:
    payload = b'{"state":"%s","boot":7}' % state.encode()
    received_us = int(now().timestamp() * 1e6)
    return Delivery(wire.topic(kind, device_id, "status"), payload, wire.JSON, received_us)


def kept(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT will_state, boot FROM device_status").fetchall()


def letters(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT reason, repeats FROM dead_letters ORDER BY id").fetchall()


@pytest.mark.parametrize(
    ("delivery", "reason"),
    [
        (said("online", device_id="D-2"), "unknown_device"),
        (said("online", kind="vehicle"), "wrong_kind"),
    ],
)
def test_a_strangers_status_is_a_dead_letter_once(warden, delivery: Delivery, reason: str) -> None:
    status.keep(warden, [delivery])
    status.keep(warden, [delivery])  # retained: the broker says it again at each connection
    assert letters(warden) == [(reason, 1)]
    assert kept(warden) == []
    sums = "SELECT deliveries, duplicates, dead_letters FROM counters WHERE writer = 0"
    assert warden.execute(sums).fetchone() == (2, 1, 1)


def test_a_strangers_status_costs_no_other(warden) -> None:
    wrong = said("offline", kind="vehicle")
    status.keep(warden, [said("online"), wrong])
    assert kept(warden) == [("online", 7)]


def test_a_change_of_state_is_told_and_only_that(warden) -> None:
    told = (
        "SELECT payload->>'before', payload->>'state', payload->>'reason' FROM outbox ORDER BY id"
    )
    duties.judge_liveness(warden, OFFICE)
    assert warden.execute(told).fetchall() == []
    status.keep(warden, [said("offline")])
    duties.judge_liveness(warden, OFFICE)
    duties.judge_liveness(warden, OFFICE)
    assert warden.execute(told).fetchall() == [("unknown", "offline", "last will")]
