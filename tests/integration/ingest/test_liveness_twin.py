"""The statement that judges all devices says the same as the rule that judges one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import liveness
from ingest.liveness import Period, Signs, Verdict, Watched, assess, merged

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DEVICES = 40  # judged in one statement
STATES = ("unknown", "online", "late", "offline", "maintenance")
REASONS = ("reporting", "connected", "silent", "retired", "last will", "never heard of")

# Many moments fall on the very edges of the rule: 2 and 5 intervals of 60 s and the slack of 10 s.
edges = st.sampled_from([0, 10, 11, 60, 129, 130, 131, 309, 310, 311])
moments = (edges | st.integers(-50, 1000)).map(lambda seconds: NOW - timedelta(seconds=seconds))
spans = st.builds(Period, moments, moments)
befores = st.none() | st.builds(Verdict, st.sampled_from(STATES), st.sampled_from(REASONS), moments)


watched = st.builds(
    Watched,
    st.sampled_from(["online", "offline", "unknown"]),
    st.sampled_from(["streaming", "in maintenance", "silent", "no_answer"]),
    moments,
)


@st.composite
def signs(draw) -> Signs:
    window = draw(st.none() | spans)
    return Signs(
        will_state=draw(st.sampled_from([None, "online", "offline"])),
        will_at=draw(st.none() | moments),
        last_seen=draw(st.none() | moments),
        interval=draw(st.sampled_from([None, 1, 60, 300])),
        maintenance=window,
        enabled=draw(st.integers(0, 9)) > 0,
        retired=draw(st.integers(0, 9)) == 0,
        watched=draw(st.none() | watched),
    )


@pytest.fixture
def fleet(owner):
    owner.execute(
        """INSERT INTO devices (device_id, kind, model, name, division_code)
           SELECT 'D-' || i, m.kind, m.id, 'x', '430408'
           FROM generate_series(1, %s) i, device_models m WHERE m.name = 'generic-lamp'""",
        [DEVICES],
    )
    return [row[0] for row in owner.execute("SELECT id FROM devices ORDER BY id")]


def put(
    owner: psycopg.Connection, fleet: Sequence[int], cases: Sequence[tuple[Signs, Verdict | None]]
) -> None:
    """Writes what is known of each device; a status without a state is one of no verdict yet."""
    owner.execute("TRUNCATE ledger, device_status, watched_devices, processes")
    owner.execute(
        """INSERT INTO processes (name, kind, pid, host, started_at, last_beat, state, detail)
           VALUES ('video-1', 'video', 1, 'here', %(now)s, %(now)s, 'running', '{}'),
                  ('video-2', 'video', 1, 'here', %(now)s, %(past)s, 'running', '{}'),
                  ('video-3', 'video', 1, 'here', %(now)s, %(now)s, 'stopped', '{}')""",
        {"now": NOW, "past": NOW - timedelta(seconds=30)},
    )
    with owner.cursor() as cursor:
        for device, (given_signs, before) in zip(fleet, cases, strict=True):
            s = given_signs
            window = s.maintenance or (None, None)
            cursor.execute(
                """UPDATE devices SET expected_interval_seconds = %s, enabled = %s,
                       retired_at = %s, retired_reason = %s, maintenance_since = %s,
                       maintenance_until = %s, maintenance_reason = %s WHERE id = %s""",
                [s.interval, s.enabled, NOW if s.retired else None, "x" if s.retired else None,
                 *window, "x" if s.maintenance else None, device],
            )  # fmt: skip
            if s.last_seen is not None:
                cursor.executemany(
                    """INSERT INTO ledger (device, boot, committed, added, first_seen, last_seen)
                       VALUES (%s, %s, '{}', '{}', %s, %s)""",
                    [(device, boot, NOW, s.last_seen - timedelta(seconds=boot)) for boot in (0, 9)],
                )
            watcher = "video-1" if s.watched else f"video-{2 + device % 2}"  # nobody hears those
            cursor.execute(
                "INSERT INTO watched_devices (device, state, reason, since, watcher)"
                " VALUES (%s, %s, %s, %s, %s)",
                [device, *(s.watched or ("online", "streaming", NOW)), watcher],
            )
            if before is not None:
                cursor.execute(
                    """INSERT INTO device_status (device, state, reason, since, will_state, will_at)
                       VALUES (%s, %s, %s, %s, %s, %s)""",
                    [device, *before, s.will_state, s.will_at],
                )


def status(owner: psycopg.Connection) -> dict[int, Verdict]:
    rows = owner.execute("SELECT device, state, reason, since FROM device_status")
    return {device: Verdict(*verdict) for device, *verdict in rows}


@given(
    cases=st.lists(st.tuples(signs(), befores), min_size=DEVICES, max_size=DEVICES),
    blind=st.lists(spans, max_size=3),
    unconfirmed=st.none() | moments,
)
@settings(max_examples=25)
def test_the_statement_and_the_rule_agree(owner, database, fleet, cases, blind, unconfirmed):
    # Without a row in device_status there is no will either.
    known = [
        (s if before else Signs(None, None, s.last_seen, s.interval, s.maintenance, s.enabled,
                                s.retired, s.watched), before)
        for s, before in cases
    ]  # fmt: skip
    put(owner, fleet, known)
    with psycopg.connect(database.ingest, autocommit=True) as connection:
        told = liveness.refresh(connection, NOW, blind, unconfirmed)
        again = liveness.refresh(connection, NOW, blind, unconfirmed)
    expected = {
        device: assess(s, before, NOW, merged(blind), unconfirmed)
        for device, (s, before) in zip(fleet, known, strict=True)
    }
    # A device that is marked as retired is not looked at again, whatever its state says.
    skipped = {
        device
        for device, (s, before) in zip(fleet, known, strict=True)
        if s.retired and before is not None and before.reason == "retired"
    }
    found = status(owner)
    assert {d: v for d, v in found.items() if d not in skipped} == {
        d: v for d, v in expected.items() if d not in skipped
    }
    changed = {
        device
        for device, (_, before) in zip(fleet, known, strict=True)
        if device not in skipped and (before is None or before.state != expected[device].state)
    }
    assert {transition.device for transition in told} == changed
    assert again == []


def test_a_row_that_did_not_change_is_not_written(owner, database, fleet):
    case = Signs("online", NOW - timedelta(seconds=90), NOW - timedelta(seconds=5), 60)
    put(owner, fleet, [(case, Verdict("online", "reporting", NOW))] * DEVICES)
    before = owner.execute("SELECT max(xmin::text::bigint) FROM device_status").fetchone()
    with psycopg.connect(database.ingest, autocommit=True) as connection:
        assert liveness.refresh(connection, NOW) == []
    assert owner.execute("SELECT max(xmin::text::bigint) FROM device_status").fetchone() == before


def test_a_transition_tells_what_a_listener_needs(owner, database, fleet):
    case = Signs("offline", NOW - timedelta(seconds=20), NOW - timedelta(seconds=30), 60)
    put(owner, fleet, [(case, Verdict("online", "reporting", NOW - timedelta(hours=1)))] * DEVICES)
    with psycopg.connect(database.ingest, autocommit=True) as connection:
        first = liveness.refresh(connection, NOW)[0]
    assert first == liveness.Transition(
        fleet[0], "D-1", "430408", "online", "offline", "last will", NOW - timedelta(seconds=20)
    )
