"""The time line of a run: a scenario's events at their moments, and whom they strike."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from simulators.device import Device, Shift
from simulators.events import Crash, Event, Failing, Rain, Reading, Road
from simulators.faults import Fault, Planned
from simulators.places.line import distance
from simulators.randomness import generator
from simulators.scenario import Scenario
from simulators.spec import DeviceSpec
from simulators.weather import Spell, Weather


class Happening(NamedTuple):
    """One event between two moments in epoch seconds of the simulated clock."""

    start: float
    end: float
    event: Event


class Timeline:
    """What happens in a run that began at a moment. The same seed strikes the same devices."""

    def __init__(self, scenario: Scenario, specs: Sequence[DeviceSpec], begun: float) -> None:
        self.happenings = tuple(
            Happening(begun + e.after_seconds, begun + e.after_seconds + e.seconds, e)
            for e in scenario.events
        )
        self.weather = weather(scenario, begun)
        self.whom = {  # device ids, by the number of the event
            number: struck(event, specs, scenario.seed)
            for number, event in enumerate(scenario.events)
            if isinstance(event, Failing | Reading)
        }

    def under_way(self, now: float) -> list[Happening]:
        """Events that have begun and are not over."""
        return [
            happening for happening in self.happenings if happening.start <= now < happening.end
        ]

    def on_roads(self) -> list[Happening]:
        """What the world has to see to."""
        return [h for h in self.happenings if isinstance(h.event, Road | Crash)]

    def befall(self, device: Device) -> None:
        """Tells a device that is not started what will happen to it."""
        mine = [
            happening
            for number, happening in enumerate(self.happenings)
            if device.spec.device_id in self.whom.get(number, ())
        ]
        device.shifts = tuple(shift for happening in mine for shift in _shifts(happening))
        device.troubles.plan(planned for happening in mine for planned in _planned(happening))


def weather(scenario: Scenario, begun: float) -> Weather:
    """The sky of a run."""
    spells = tuple(
        Spell(
            begun + event.after_seconds,
            begun + event.after_seconds + event.seconds,
            event.rate_mm_h,
        )
        for event in scenario.events
        if isinstance(event, Rain)
    )
    return Weather(scenario.seed, scenario.weather == "fair", spells)


def struck(event: Failing | Reading, specs: Sequence[DeviceSpec], seed: int) -> frozenset[str]:
    """The devices that an event befalls."""
    able = [spec for spec in specs if spec.model == event.model]
    if event.spread == "street":
        able = _of_one_street(able)
    count = len(able)
    if event.count is not None:
        count = min(event.count, count)
    elif event.share is not None:
        count = round(event.share * count)
    return frozenset(spec.device_id for spec in _in_order(event, able, seed)[:count])


def _in_order(event: Failing | Reading, specs: list[DeviceSpec], seed: int) -> list[DeviceSpec]:
    """Who comes first: by lot, in a neighbourhood by the way from its middle."""
    drawn = sorted(specs, key=lambda spec: generator(seed, spec.device_id, "struck").random())
    placed = [spec for spec in drawn if spec.lon is not None and spec.lat is not None]
    if event.spread != "neighbourhood" or not placed:
        return drawn
    middle = event.near or (placed[0].lon or 0.0, placed[0].lat or 0.0)
    return sorted(placed, key=lambda spec: distance(middle, (spec.lon or 0.0, spec.lat or 0.0)))


def _of_one_street(specs: list[DeviceSpec]) -> list[DeviceSpec]:
    streets = Counter(spec.street for spec in specs if spec.street)
    most = max(streets, key=lambda street: (streets[street], street), default="")
    return [spec for spec in specs if spec.street == most]


def _shifts(happening: Happening) -> list[Shift]:
    event = happening.event
    if not isinstance(event, Reading):
        return []
    return [
        Shift(quantity, value, happening.start, happening.end, event.rise_seconds)
        for quantity, value in event.values.items()
    ]


def _planned(happening: Happening) -> list[Planned]:
    event = happening.event
    if not isinstance(event, Failing):
        return []
    return [
        Planned(
            happening.start,
            happening.end,
            Fault(name=name, probability=event.probability, seconds=event.delay_seconds),
        )
        for name in event.faults
    ]
