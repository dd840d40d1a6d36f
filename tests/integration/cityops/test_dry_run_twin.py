"""A rule judges the same in memory and in SQL, whatever the facts and the order they come in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from cityops.rules.calendar import Calendar
from cityops.rules.condition import RuleValue, Threshold
from cityops.rules.dryrun import run
from cityops.rules.evaluation import Episode, Fact, episodes, limits_of, unix_us
from cityops.rules.schemas import DryRunAsk
from cityops.rules.target import Watched

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # of Hengyang
NUMBERS = (7001, 7002)
VALUES = st.sampled_from([None, 1.0, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5])


@st.composite
def thresholds(draw: st.DrawFn) -> dict[str, Any]:
    """One to three steps with or without hysteresis, on either side."""
    rises = draw(st.booleans())
    limits = sorted(draw(st.sets(st.sampled_from([2.0, 2.5, 3.0]), min_size=1)), reverse=not rises)
    slack = draw(st.sampled_from([0.0, 0.25, 1.0]))
    severities = ("blue", "yellow", "orange")
    steps = [
        {"limit": limit, "clear": limit - slack if rises else limit + slack, "severity": severity}
        for limit, severity in zip(limits, severities, strict=False)
    ]
    return {
        "quantity": "water_level",
        "op": draw(st.sampled_from([">", ">="] if rises else ["<", "<="])),
        "steps": steps,
        "duration_seconds": draw(st.sampled_from([0, 0.5, 30, 60, 120])),
        "hole_seconds": draw(st.sampled_from([20, 45, 90, 900])),
    }


calendars = st.none() | st.sampled_from(
    [
        {"hours": {"begin": "11:00", "end": "12:03"}},
        {"hours": {"begin": "12:02", "end": "11:59"}},
        {"weekdays": [1, 2, 4]},
        {"months": [11], "excluded": ["2026-11-26"]},
        {"weekdays": [3], "months": [10, 11]},
    ]
)
# Seconds after noon in tenths, the batch it came with, and the value: in any order, also at once.
facts = st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 12), VALUES), max_size=40)


@given(thresholds(), calendars, st.lists(facts, min_size=2, max_size=2))
@settings(max_examples=150)
def test_both_forms_raise_the_same_alarms(
    session: Session,
    owner: psycopg.Connection,
    threshold: dict[str, Any],
    calendar: dict[str, Any] | None,
    told: list[list[tuple[int, int, float | None]]],
) -> None:
    _store(owner, told)
    rule = _rule(threshold, calendar)
    assert isinstance(rule.condition, Threshold)
    limits = limits_of(rule.condition, rule.calendar)
    asked = DryRunAsk(rule=rule, start=NOON, end=NOON + timedelta(hours=1))
    found: dict[int, list[Episode]] = {number: [] for number in NUMBERS}
    for raised in run(session, limits, asked, [_device(number) for number in NUMBERS]):
        to_us = None if raised.to_time is None else unix_us(raised.to_time)
        found[raised.device].append(
            Episode(unix_us(raised.from_time), to_us, raised.step, raised.peak, raised.value)
        )
    session.rollback()
    for number, rows in zip(NUMBERS, told, strict=True):
        arrived = [((batch, tenths, n), v) for n, (tenths, batch, v) in enumerate(rows)]
        arrived.sort(key=lambda row: row[0])
        series = [Fact(unix_us(_at(tenths)), value) for (_, tenths, _), value in arrived]
        assert found[number] == episodes(limits, series)


def test_a_value_outside_the_window_is_not_looked_at(
    session: Session, owner: psycopg.Connection
) -> None:
    _store(owner, [[(0, 1, 3.0), (600, 1, 3.0)], []])
    rule = _rule({"quantity": "water_level", "steps": [{"limit": 2.0, "severity": "blue"}]}, None)
    assert isinstance(rule.condition, Threshold)
    start = NOON + timedelta(seconds=30)
    asked = DryRunAsk(rule=rule, start=start, end=start + timedelta(hours=1))
    (raised,) = run(session, limits_of(rule.condition, None), asked, [_device(NUMBERS[0])])
    assert raised.from_time == NOON + timedelta(seconds=60)


def _at(tenths: int) -> datetime:
    return NOON + timedelta(milliseconds=100 * tenths)


def _store(owner: psycopg.Connection, told: list[list[tuple[int, int, float | None]]]) -> None:
    owner.execute("DELETE FROM readings")
    columns = 'device, time, received_at, boot, seq, digest, batch, "values"'
    with owner.cursor() as cursor, cursor.copy(f"COPY readings ({columns}) FROM STDIN") as copy:
        for number, rows in zip(NUMBERS, told, strict=True):
            for n, (tenths, batch, value) in enumerate(rows):
                copy.write_row((number, _at(tenths), _at(tenths), 0, n, 0, batch, [value, 5.0]))


def _rule(threshold: dict[str, Any], calendar: dict[str, Any] | None) -> RuleValue:
    return RuleValue(
        condition=Threshold.model_validate(threshold),
        calendar=None if calendar is None else Calendar.model_validate(calendar),
        title_zh="水位",
        title_en="Level",
    )


def _device(number: int) -> Watched:
    return Watched(
        number, f"D-{number}", "站", "sensor", "generic-water-level", "430405", None, None,
        ("water_level", "flow_rate"),
    )  # fmt: skip
