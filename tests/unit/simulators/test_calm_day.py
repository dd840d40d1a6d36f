"""No sensor of a calm day comes near a limit of the standard rules, whatever the seed and day."""

import itertools
from datetime import UTC, datetime

import msgspec
import pytest

from cityops.rules.condition import RISES, Threshold
from cityops.rules.seed import standard
from ingest import wire
from simulators.fleet import describe
from simulators.rehearsal import rehearse
from simulators.scenario import Scenario, load

SENSORS = ("manhole", "water-level", "lamp", "bin", "air", "gas", "weather")
DAY = 86_400.0
# The longest night, the hottest day, and days of much rain.
DATES = ("2026-01-03", "2026-03-15", "2026-06-21", "2026-07-20", "2026-12-21")


def sensors_of(scenario: Scenario) -> Scenario:
    groups = [g for g in scenario.groups if g.model.removeprefix("generic-") in SENSORS]
    slow = [msgspec.structs.replace(group, interval_seconds=300.0) for group in groups]
    return msgspec.structs.replace(scenario, groups=tuple(slow))


@pytest.mark.parametrize(("seed", "date"), list(itertools.product((1, 2, 77), DATES)))
def test_a_calm_day_passes_no_limit(seed: int, date: str) -> None:
    scenario = sensors_of(load("calm", seed=seed))
    models = {spec.device_id: spec.model for spec in describe(scenario)}
    start = datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()
    beyond = []
    rules = [
        (rule, rule.calendar.opening if rule.calendar else None)
        for rule in standard().values()
        if isinstance(rule.condition, Threshold)
    ]
    for when, sending in rehearse(scenario, start, DAY):
        name = sending.topic.split("/")[3]
        told = msgspec.json.decode(sending.payload, type=wire.Readings).readings
        for rule, opening in rules:
            condition = rule.condition
            assert isinstance(condition, Threshold)
            value, limit = told.get(condition.quantity), condition.steps[0].limit
            if value is None or rule.target.model not in (None, models[name]):
                continue
            if opening is not None and not opening.is_open(round(when * 1e6)):
                continue
            if value >= limit if condition.op in RISES else value <= limit:
                beyond.append((name, condition.quantity, value, when))
    assert beyond == []
