"""From a signal to what alarms are told: titles with their words put in, values, keys."""

import re
from datetime import UTC, datetime, timedelta

from center.alarms.signals import Relief, Source, Trouble, Value
from cityops.rules.condition import Threshold
from cityops.rules.evaluation import Signal
from cityops.rules.target import Watched
from cityops.rules.watch.plan import Active, Unit

DISTRICT_DIGITS = 6
SOURCES: dict[str, Source] = {"threshold": "rule", "liveness": "liveness", "gap": "gap"}
ASLEEP = "规则按日历休眠 · the rule sleeps by its calendar"
LEFT = "规则不再监测该设备 · the rule no longer watches the device"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
UNKNOWN = Unit("", "", "", 2)


def key(rule_id: int, device: int) -> str:
    """Names the lasting trouble of a rule at a device."""
    return f"rule:{rule_id}:device:{device}"


def trouble(rule: Active, device: Watched, signal: Signal, units: dict[str, Unit]) -> Trouble:
    """An alarm to raise, to make graver or to show again."""
    unit = units.get(rule.value.quantity or "", UNKNOWN)
    condition = rule.value.condition
    return Trouble(
        key=key(rule.id, device.number),
        source=SOURCES[condition.source],
        kind=condition.quantity if isinstance(condition, Threshold) else condition.state,
        severity=rule.severities[signal.step - 1],
        title_zh=_put_in(rule.value.title_zh, _facts(rule, device, signal, unit, unit.name_zh)),
        title_en=_put_in(rule.value.title_en, _facts(rule, device, signal, unit, unit.name_en)),
        division_code=device.division_code,
        device=device.number,
        device_id=device.device_id,
        device_name=device.name,
        lon=device.lon,
        lat=device.lat,
        fact_time=moment(signal.time_us),
        values=_values(rule, signal, unit),
        rule=(rule.id, rule.version, rule.name),
        storm=_storm(rule, device),
    )


def relief(rule: Active, device: int, signal: Signal, units: dict[str, Unit]) -> Relief:
    """The end of an alarm."""
    unit = units.get(rule.value.quantity or "", UNKNOWN)
    return Relief(
        key(rule.id, device),
        moment(signal.time_us),
        _values(rule, signal, unit),
        ASLEEP if signal.asleep else "",
    )


def farewell(rule_id: int, device: int, time_us: int) -> Relief:
    """The end of an alarm at a device that is no longer watched."""
    return Relief(key(rule_id, device), moment(time_us), (), LEFT)


def moment(time_us: int) -> datetime:
    """Unix microseconds as an aware moment, exact."""
    return _EPOCH + timedelta(microseconds=time_us)


def _values(rule: Active, signal: Signal, unit: Unit) -> tuple[Value, ...]:
    condition = rule.value.condition
    if signal.value is None or not isinstance(condition, Threshold):
        return ()
    step = condition.steps[max(signal.step, 1) - 1]
    limit = step.clear_limit if signal.what == "clear" else step.limit
    return (Value(condition.quantity, signal.value, unit.unit, limit),)


def _storm(rule: Active, device: Watched) -> str | None:
    district = device.division_code[:DISTRICT_DIGITS]
    return {
        "rule_district": f"rule:{rule.id}:{district}",
        "rule": f"rule:{rule.id}",
        "district": f"district:{district}",
    }.get(rule.value.storm)


def _facts(
    rule: Active, device: Watched, signal: Signal, unit: Unit, quantity: str
) -> dict[str, str]:
    condition = rule.value.condition
    limit = ""
    if isinstance(condition, Threshold):
        limit = _number(condition.steps[signal.step - 1].limit, unit)
    return {
        "name": device.name,
        "device": device.device_id,
        "division": device.division_code,
        "quantity": quantity,
        "value": "" if signal.value is None else _number(signal.value, unit),
        "limit": limit,
        "unit": "" if unit.unit == "1" else unit.unit,
        "minutes": f"{condition.duration_seconds / 60:g}",
    }


def _number(value: float, unit: Unit) -> str:
    written = f"{value:.{unit.decimals}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _put_in(title: str, facts: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), title)
