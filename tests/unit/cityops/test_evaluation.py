"""Judging facts: hysteresis, duration, steps, holes, what comes late, and standing conditions."""

from typing import Any

from cityops.rules.calendar import Calendar
from cityops.rules.condition import Threshold
from cityops.rules.evaluation import (
    Episode,
    Fact,
    Phase,
    Signal,
    Standing,
    advance,
    episodes,
    limits_of,
    stand,
)

S = 1_000_000
NOON = 1_795_665_600 * S  # 2026-11-26 12:00 in Hengyang


def limits(calendar: Calendar | None = None, **fields: Any) -> Any:
    condition = {
        "quantity": "water_level",
        "steps": [
            {"limit": 2.0, "clear": 1.5, "severity": "yellow"},
            {"limit": 3.0, "clear": 2.5, "severity": "red"},
        ],
    }
    return limits_of(Threshold.model_validate(condition | fields), calendar)


def story(judge: Any, *facts: tuple[float, float | None]) -> list[Episode]:
    return episodes(judge, [Fact(NOON + round(at * S), value) for at, value in facts])


def told(judge: Any, *facts: tuple[float, float]) -> list[tuple[str, int, float]]:
    phase: Phase | None = None
    said = []
    for at, value in facts:
        phase, signal = advance(judge, phase, NOON + round(at * S), value)
        if signal is not None:
            said.append((signal.what, signal.step, (signal.time_us - NOON) / S))
    return said


def test_nothing_is_said_of_what_is_well() -> None:
    assert story(limits(), (0, 1.0), (60, 1.99), (120, -4.0)) == []


def test_an_alarm_ends_below_its_clear_limit_only() -> None:
    (one,) = story(limits(), (0, 2.0), (60, 1.9), (120, 1.5), (180, 1.49), (240, 1.0))
    assert one == Episode(NOON, NOON + 180 * S, 1, 2.0, 2.0)


def test_between_the_limits_nothing_begins() -> None:
    assert story(limits(), (0, 1.7), (60, 1.9)) == []


def test_strictly_above_is_not_at_the_limit() -> None:
    assert story(limits(op=">"), (0, 2.0)) == []
    assert len(story(limits(op=">"), (0, 2.001))) == 1


def test_low_values_can_be_the_bad_ones() -> None:
    low = limits(op="<", steps=[{"limit": 3.1, "clear": 3.2, "severity": "blue"}])
    (one,) = story(low, (0, 3.1), (60, 3.0), (120, 2.9), (180, 3.15), (240, 3.2))
    assert (one.from_us, one.to_us, one.peak) == (NOON + 60 * S, NOON + 240 * S, 2.9)


def test_it_must_last_by_the_time_of_the_facts() -> None:
    lasting = limits(duration_seconds=120)
    assert story(lasting, (0, 2.1), (60, 2.1), (119, 2.1), (121, 1.0)) == []
    (one,) = story(lasting, (0, 2.1), (60, 2.2), (120, 2.1))
    assert (one.from_us, one.to_us, one.value) == (NOON + 120 * S, None, 2.1)


def test_a_hole_shows_nothing_of_what_was_in_it() -> None:
    lasting = limits(duration_seconds=120, hole_seconds=100)
    assert story(lasting, (0, 2.1), (200, 2.1), (300, 2.1)) == []
    assert len(story(lasting, (0, 2.1), (200, 2.1), (300, 2.1), (320, 2.1))) == 1


def test_a_hole_does_not_end_an_alarm() -> None:
    (one,) = story(limits(hole_seconds=100), (0, 2.1), (9000, 2.1), (9060, 1.0))
    assert (one.from_us, one.to_us) == (NOON, NOON + 9060 * S)


def test_an_alarm_grows_graver_and_stays_so_to_its_end() -> None:
    said = told(limits(), (0, 2.0), (10, 3.0), (20, 2.2), (30, 3.5), (40, 1.0))
    assert said == [("raise", 1, 0), ("raise", 2, 10), ("clear", 2, 40)]


def test_a_lasting_alarm_is_shown_again_once_a_minute() -> None:
    said = told(limits(), *((n * 10, 2.1) for n in range(14)))
    assert said == [("raise", 1, 0), ("refresh", 1, 60), ("refresh", 1, 120)]


def test_what_comes_late_changes_nothing() -> None:
    assert len(story(limits(), (60, 2.1), (0, 1.0), (61, 2.1))) == 1
    assert story(limits(), (60, 1.0), (0, 2.1)) == []


def test_a_message_without_the_quantity_is_no_fact_but_makes_older_ones_late() -> None:
    assert story(limits(), (60, None), (0, 2.1)) == []


def test_a_rule_that_falls_asleep_ends_its_alarms() -> None:
    day = Calendar.model_validate({"hours": {"begin": "08:00", "end": "12:30"}})
    (one,) = story(limits(day), (0, 2.1), (1799, 2.1), (1800, 2.1))
    assert (one.from_us, one.to_us) == (NOON, NOON + 1800 * S)
    phase = Phase((NOON, 0), 1, NOON, NOON)
    _, signal = advance(limits(day), phase, NOON + 1800 * S, 2.1)
    assert signal == Signal("clear", 1, NOON + 1800 * S, 2.1, asleep=True)


def test_what_stands_is_raised_when_it_has_lasted_and_ends_when_it_is_over() -> None:
    rule = Standing(120 * S, None)
    phase, signal = stand(rule, None, NOON, NOON + 119 * S)
    assert (phase, signal) == (Phase((NOON,), 0, 0, 0), None)
    phase, signal = stand(rule, phase, NOON + 60 * S, NOON + 120 * S)
    assert signal == Signal("raise", 1, NOON + 120 * S, None)
    phase, signal = stand(rule, phase, NOON + 60 * S, NOON + 130 * S)
    assert signal is None
    phase, signal = stand(rule, phase, NOON + 60 * S, NOON + 180 * S)
    assert signal == Signal("refresh", 1, NOON + 180 * S, None)
    phase, signal = stand(rule, phase, None, NOON + 190 * S)
    assert (phase, signal) == (None, Signal("clear", 1, NOON + 190 * S, None))


def test_what_did_not_last_is_not_told() -> None:
    assert stand(Standing(120 * S, None), Phase((NOON,), 0, 0, 0), None, NOON) == (None, None)
