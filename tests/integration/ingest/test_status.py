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
from ingest.warden.status import Heard
from tests.integration.databases import Database
from tests.integration.ingest.writing import LIMITS, enrol

OFFICE: Any = SimpleNamespace(limits=LIMITS)


@pytest.fixture
def warden(database: Database, owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    enrol(owner, "D-1")
    with psycopg.connect(database.ingest, autocommit=True) as connection:
        yield connection


def said(
    state: str, device_id: str = "D-1", kind: str = "sensor", *, later: float = 0, live: bool = True
) -> Heard:
    payload = b'{"state":"%s","boot":7}' % state.encode()
    received_us = int((now().timestamp() + later) * 1e6)
    topic = wire.topic(kind, device_id, "status")
    return Heard(Delivery(topic, payload, wire.JSON, received_us), live)


def kept(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT will_state, boot FROM device_status").fetchall()


def letters(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT reason, repeats FROM dead_letters ORDER BY id").fetchall()


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        (said("online", device_id="D-2"), "unknown_device"),
        (said("online", kind="vehicle"), "wrong_kind"),
    ],
)
def test_a_strangers_status_is_a_dead_letter_once(warden, heard: Heard, reason: str) -> None:
    status.keep(warden, [heard])
    status.keep(warden, [heard])  # retained: the broker says it again at each connection
    assert letters(warden) == [(reason, 1)]
    assert kept(warden) == []
    sums = "SELECT deliveries, duplicates, dead_letters FROM counters WHERE writer = 0"
    assert warden.execute(sums).fetchone() == (2, 1, 1)


def test_a_strangers_status_costs_no_other(warden) -> None:
    wrong = said("offline", kind="vehicle")
    status.keep(warden, [said("online"), wrong])
    assert kept(warden) == [("online", 7)]


@pytest.mark.parametrize("state", ["online", "offline"])
def test_what_is_said_anew_counts_from_then_and_what_is_given_out_again_does_not(
    warden, state: str
) -> None:
    def kept_at() -> Any:
        return warden.execute("SELECT will_at FROM device_status").fetchone()[0]

    status.keep(warden, [said(state)])
    first = kept_at()
    status.keep(warden, [said(state, later=60, live=False)])
    assert kept_at() == first
    status.keep(warden, [said(state, later=60)])
    assert (kept_at() - first).total_seconds() > 59


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
