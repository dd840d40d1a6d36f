"""Last will, last message, interval, maintenance and our own blindness, weighed together."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.liveness import (
    CONNECTED,
    DISABLED,
    IN_MAINTENANCE,
    LAST_WILL,
    NEVER_HEARD,
    NO_INTERVAL,
    REPORTING,
    RETIRED,
    SILENT,
    Period,
    Signs,
    Verdict,
    assess,
    blindness,
    merged,
)

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def blind(*spans: tuple[float, float]) -> list[Period]:
    return [Period(ago(start), ago(end)) for start, end in spans]


# Interval 60 s: late after 130 s of silence, offline after 310 s.
CASES = [
    ("nothing is known", Signs(interval=60), [], "unknown", NEVER_HEARD),
    ("retired", Signs("online", ago(5), ago(5), 60, retired=True), [], "unknown", RETIRED),
    ("disabled", Signs("online", ago(5), ago(5), 60, enabled=False), [], "unknown", DISABLED),
    (
        "somebody works on it",
        Signs("offline", ago(900), ago(950), 60, Period(ago(1000), ago(-60))),
        [],
        "maintenance",
        IN_MAINTENANCE,
    ),
    (
        "the work is over",
        Signs("online", ago(900), ago(10), 60, Period(ago(1000), ago(0))),
        [],
        "online",
        REPORTING,
    ),
    (
        "the work has not begun",
        Signs("online", ago(900), ago(10), 60, Period(ago(-1), ago(-60))),
        [],
        "online",
        REPORTING,
    ),
    ("a last will", Signs("offline", ago(20), ago(30), 60), [], "offline", LAST_WILL),
    (
        "its last words were under way",
        Signs("offline", ago(20), ago(15), 60),
        [],
        "offline",
        LAST_WILL,
    ),
    ("it speaks after its will", Signs("offline", ago(60), ago(5), 60), [], "online", REPORTING),
    (
        "only the queue speaks after its will",
        Signs("offline", ago(60), ago(5), 60),
        blind((90, 0)),
        "offline",
        LAST_WILL,
    ),
    ("it reports", Signs("online", ago(500), ago(10), 60), [], "online", REPORTING),
    ("without a status", Signs(None, None, ago(10), 60), [], "online", REPORTING),
    ("just connected", Signs("online", ago(10), ago(5000), 60), [], "online", CONNECTED),
    ("at the edge", Signs("online", ago(900), ago(130), 60), [], "online", REPORTING),
    ("two messages are missing", Signs("online", ago(900), ago(131), 60), [], "late", SILENT),
    ("at the second edge", Signs("online", ago(900), ago(310), 60), [], "late", SILENT),
    ("five are missing", Signs("online", ago(900), ago(311), 60), [], "offline", SILENT),
    ("connected, then silent", Signs("online", ago(400), None, 60), [], "offline", SILENT),
    (
        "we were blind",
        Signs("online", ago(900), ago(400), 60),
        blind((380, 10)),
        "online",
        REPORTING,
    ),
    (
        "we were blind for a part",
        Signs("online", ago(900), ago(400), 60),
        blind((380, 300), (200, 50)),
        "late",
        SILENT,
    ),
    (
        "the blindness was before",
        Signs("online", ago(9000), ago(400), 60),
        blind((900, 400)),
        "offline",
        SILENT,
    ),
    ("speaks only when it must", Signs("online", ago(90000), ago(80000)), [], "online", CONNECTED),
    ("spoke once, no status", Signs(None, None, ago(80000)), [], "unknown", NO_INTERVAL),
    ("spoke after its will", Signs("offline", ago(90), ago(9)), [], "unknown", NO_INTERVAL),
    ("a clock set back", Signs("online", ago(-30), ago(-20), 60), [], "online", CONNECTED),
]


@pytest.mark.parametrize(
    ("signs", "periods", "state", "reason"),
    [case[1:] for case in CASES],
    ids=[case[0].replace(" ", "-") for case in CASES],
)
def test_a_device_is_judged(signs, periods, state, reason):
    verdict = assess(signs, None, NOW, periods)
    assert (verdict.state, verdict.reason) == (state, reason)
    assert verdict.since <= NOW


@pytest.mark.parametrize(
    ("signs", "state", "reason"),
    [
        (Signs("online", ago(90_000), ago(80_000)), "unknown", NO_INTERVAL),
        (Signs("online", ago(90_000), ago(300)), "online", CONNECTED),  # it has answered since
        (Signs("online", ago(300), ago(80_000)), "online", CONNECTED),  # it has come back since
        (Signs("online", ago(90_000), ago(30), 60), "online", REPORTING),
        (Signs("offline", ago(900), ago(80_000)), "offline", LAST_WILL),
    ],
)
def test_what_a_broker_said_before_its_absence_is_no_connection(signs, state, reason):
    verdict = assess(signs, None, NOW, unconfirmed_before=ago(600))
    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_state_that_stays_keeps_its_beginning():
    before = Verdict("online", CONNECTED, ago(5000))
    after = assess(Signs("online", ago(5000), ago(10), 60), before, NOW)
    assert after == Verdict("online", REPORTING, ago(5000))


def test_a_state_never_begins_before_the_one_before_it():
    before = Verdict("maintenance", IN_MAINTENANCE, ago(40))
    after = assess(Signs("offline", ago(300), ago(400), 60), before, NOW)
    assert after == Verdict("offline", LAST_WILL, ago(40))


def test_a_last_will_tells_when():
    before = Verdict("online", REPORTING, ago(5000))
    after = assess(Signs("offline", ago(20), ago(30), 60), before, NOW)
    assert after.since == ago(20)


moments = st.integers(-100, 4000).map(ago)
signs_of_devices = st.builds(
    Signs,
    will_state=st.sampled_from([None, "online", "offline"]),
    will_at=st.none() | moments,
    last_seen=st.none() | moments,
    interval=st.none() | st.integers(1, 900),
    maintenance=st.none() | st.builds(Period, moments, moments),
    enabled=st.booleans(),
    retired=st.booleans(),
)
periods = st.lists(st.builds(Period, moments, moments), max_size=4).map(merged)
verdicts = st.none() | st.builds(
    Verdict,
    state=st.sampled_from(["unknown", "online", "late", "offline", "maintenance"]),
    reason=st.just("before"),
    since=moments,
)


@given(signs_of_devices, periods)
def test_an_outage_of_our_own_makes_no_device_worse(signs, spans):
    rank = {"online": 0, "late": 1, "offline": 2}
    seeing, not_seeing = assess(signs, None, NOW), assess(signs, None, NOW, spans)
    if seeing.state in rank and LAST_WILL not in {seeing.reason, not_seeing.reason}:
        assert rank[not_seeing.state] <= rank[seeing.state]


@given(signs_of_devices)
def test_while_we_are_blind_nobody_falls_silent(signs):
    since_ever = [Period(ago(100_000), NOW)]
    assert assess(signs, None, NOW, since_ever).reason != SILENT


@given(signs_of_devices, verdicts, periods)
def test_judging_again_at_once_changes_nothing(signs, before, spans):
    once = assess(signs, before, NOW, spans)
    assert assess(signs, once, NOW, spans) == once


@given(st.lists(st.builds(Period, moments, moments), max_size=6))
def test_merged_periods_hold_the_same_moments_once(spans):
    together = merged(spans)
    assert all(a.end < b.start for a, b in pairwise(together))
    for second in range(-100, 4000, 7):
        moment = ago(second)
        assert any(p.start <= moment < p.end for p in spans) == any(
            p.start <= moment < p.end for p in together
        )


def test_blindness_counts_only_what_lies_inside():
    span = Period(ago(100), ago(50))
    assert blindness(span, blind((120, 90), (80, 70), (55, 0), (40, 30))) == timedelta(seconds=25)
