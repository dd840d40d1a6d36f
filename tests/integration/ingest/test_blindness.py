"""Times in which silence says nothing: our own absence, and the return of devices after it."""

from datetime import timedelta

import psycopg
import pytest

from center.clock import now
from ingest import blindness, liveness
from tests.integration.databases import Database
from tests.integration.ingest.writing import enrol

GRACE = timedelta(seconds=60)


@pytest.fixture
def silent(owner: psycopg.Connection) -> int:
    """A device that reports every ten seconds and was heard six minutes ago."""
    number = enrol(owner, "D-1")
    owner.execute("UPDATE ingest_watch SET watched_until = now()")  # we see what there is to see
    owner.execute("UPDATE devices SET expected_interval_seconds = 10")
    owner.execute(
        "INSERT INTO ledger (device, boot, committed, added, first_seen, last_seen)"
        " VALUES (%s, 1, '{[0,1)}', '{}', now() - interval '1 day', now() - interval '6 min')",
        [number],
    )
    return number


def found_again(owner: psycopg.Connection, ago: str) -> None:
    owner.execute(
        "INSERT INTO report_requests (reason, requested_at)"
        " VALUES ('the broker did not know our session', now() - %s::interval)",
        [ago],
    )


def blind(owner: psycopg.Connection, started: str, ended: str) -> None:
    owner.execute(
        "INSERT INTO blind_periods VALUES (now() - %s::interval, now() - %s::interval)",
        [started, ended],
    )


def judge(database: Database) -> str:
    with psycopg.connect(database.ingest) as connection:
        moment = now()
        periods = blindness.periods(connection, moment, GRACE)
        since = blindness.unconfirmed_before(connection, moment, GRACE)
        (change,) = liveness.refresh(connection, moment, periods, since)
    return change.state


def test_silence_that_was_not_ours_is_the_devices(database, silent, owner) -> None:
    blind(owner, "100 s", "90 s")
    assert judge(database) == "offline"


@pytest.mark.parametrize("found", ["1 s", "55 s"])
def test_devices_have_time_to_come_back_after_an_absence_of_the_broker(
    database, silent, owner, found: str
) -> None:
    blind(owner, "355 s", found)
    found_again(owner, found)
    assert judge(database) == "online"


def test_when_their_time_is_over_their_silence_counts_again(database, owner) -> None:
    number = enrol(owner, "D-1")
    owner.execute("UPDATE ingest_watch SET watched_until = now()")  # we see what there is to see
    owner.execute("UPDATE devices SET expected_interval_seconds = 10 WHERE id = %s", [number])
    owner.execute(
        "INSERT INTO ledger (device, boot, committed, added, first_seen, last_seen)"
        " VALUES (%s, 1, '{[0,1)}', '{}', now(), now() - interval '200 s')",
        [number],
    )
    found_again(owner, "130 s")
    assert judge(database) == "offline"


def test_who_has_no_interval_is_on_line_only_once_it_has_said_so_after_a_broker_was_killed(
    database, owner
) -> None:
    number = enrol(owner, "D-1")
    owner.execute("UPDATE ingest_watch SET watched_until = now()")  # we see what there is to see
    owner.execute("UPDATE devices SET expected_interval_seconds = NULL")
    owner.execute(
        "INSERT INTO device_status (device, will_state, will_at)"
        " VALUES (%s, 'online', now() - interval '3 days')",
        [number],
    )
    found_again(owner, "30 s")
    assert judge(database) == "online"  # it still has time to answer
    owner.execute("UPDATE report_requests SET requested_at = now() - interval '90 s'")
    assert judge(database) == "unknown"
    owner.execute("UPDATE device_status SET will_at = now()")
    assert judge(database) == "online"
