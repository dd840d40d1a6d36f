"""Trying a rule on stored readings: some devices at a time, until days, devices or time are up."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from center.alarms.signals import Severity
from center.database import sql
from center.identity.caller import Caller
from cityops.rules import repository, service
from cityops.rules.calendar import EPOCH_ORDINAL
from cityops.rules.condition import RuleValue, Threshold
from cityops.rules.errors import DryRunNotPossible, DryRunTooLong
from cityops.rules.evaluation import Limits, limits_of
from cityops.rules.schemas import DryRun, DryRunAlarm, DryRunAsk
from cityops.rules.target import Matcher, Watched

LONGEST = timedelta(days=31)
MOST_DEVICES = 500
MOST_LISTED = 1000
AT_ONCE = 20  # devices of one statement
SECONDS = 12.0  # no further statement begins after this


class Raised(NamedTuple):
    """A row of `dry_run.sql`."""

    device: int
    from_time: Any
    to_time: Any
    step: int
    peak: float
    value: float


def try_rule(session: Session, caller: Caller, asked: DryRunAsk) -> DryRun:
    """What the rule would have raised from one moment to another in the caller's divisions.

    Raises:
        DryRunNotPossible, DryRunTooLong, and what `service.create` raises
    """
    if not isinstance(asked.rule.condition, Threshold):
        raise DryRunNotPossible
    if not timedelta() < asked.end - asked.start <= LONGEST:
        raise DryRunTooLong
    service.check(session, caller, asked.rule)
    watched = _watched(session, caller, asked.rule)
    limits = limits_of(asked.rule.condition, asked.rule.calendar)
    found: list[Raised] = []
    tried = 0
    deadline = time.monotonic() + SECONDS
    for some in _slices(watched[:MOST_DEVICES]):
        if time.monotonic() > deadline:
            break
        found += run(session, limits, asked, some)
        tried += len(some)
    return _answer(asked.rule, watched, tried, found)


def run(
    session: Session, limits: Limits, asked: DryRunAsk, devices: Sequence[Watched]
) -> list[Raised]:
    """The alarms of some devices."""
    quantity = asked.rule.quantity
    values = {
        "devices": [device.number for device in devices],
        "places": [device.quantities.index(quantity) + 1 for device in devices if quantity],
        "start": asked.start,
        "end": asked.end,
        "limit": MOST_LISTED * AT_ONCE,
        **_parameters(limits),
    }
    rows = session.connection().exec_driver_sql(sql("cityops.rules", "dry_run"), values)
    return [Raised(*row) for row in rows]


def _parameters(limits: Limits) -> dict[str, Any]:
    opening = limits.opening
    begin, stop = (opening.minutes if opening else None) or (None, None)
    return {
        "sign": limits.sign,
        "strict": limits.strict,
        "limits": list(limits.limits),
        "clears": list(limits.clears),
        "duration_us": limits.duration_us,
        "hole_us": limits.hole_us,
        "weekdays": sorted(opening.weekdays) if opening else list(range(1, 8)),
        "months": sorted(opening.months) if opening else list(range(1, 13)),
        "excluded": [date.fromordinal(EPOCH_ORDINAL + day) for day in opening.excluded]
        if opening
        else [],
        "begin": begin,
        "stop": stop,
    }


def _watched(session: Session, caller: Caller, rule: RuleValue) -> list[Watched]:
    matcher = Matcher(rule.target, rule.quantity)
    found = [
        device
        for device, in_use, _ in repository.devices(session)
        if in_use and caller.sees(device.division_code) and matcher.takes(device)
    ]
    return sorted(found, key=lambda device: device.device_id)


def _slices(devices: Sequence[Watched]) -> Iterator[Sequence[Watched]]:
    return (devices[n : n + AT_ONCE] for n in range(0, len(devices), AT_ONCE))


def _answer(
    rule: RuleValue, watched: Sequence[Watched], tried: int, found: Sequence[Raised]
) -> DryRun:
    names = {device.number: device for device in watched}
    severities = rule.severities
    counted: Counter[Severity] = Counter(severities[raised.step - 1] for raised in found)
    listed = sorted(found, key=lambda raised: (raised.from_time, raised.device))[:MOST_LISTED]
    return DryRun(
        alarms=[_alarm(names[raised.device], raised, severities) for raised in listed],
        count=len(found),
        by_severity=dict(counted),
        troubled=len({raised.device for raised in found}),
        devices=len(watched),
        tried=tried,
        truncated=tried < len(watched) or len(listed) < len(found),
    )


def _alarm(device: Watched, raised: Raised, severities: Sequence[Severity]) -> DryRunAlarm:
    return DryRunAlarm(
        device_id=device.device_id,
        name=device.name,
        division_code=device.division_code,
        start=raised.from_time,
        end=raised.to_time,
        severity=severities[raised.step - 1],
        value=raised.value,
        peak=raised.peak,
    )
