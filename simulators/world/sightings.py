"""What a site has seen: a happening, and the world about it from step to step."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import msgspec

from simulators.world.frame import Breach, Frame, Moving, Passing, Phase

Happening = Passing | Breach

CELL_DEGREES = 0.0005  # about 50 m: whoever is seen beside a vehicle is in its cell or the next


class Fix(NamedTuple):
    """A vehicle at one step of the world, and who is near it."""

    time: float
    vehicle: Moving
    others: Mapping[str, Moving]
    phase: Phase | None  # of the site's signal in the second that ended
    sun_elevation: float
    rain_rate: float


class Sighting(NamedTuple):
    """What happened; the vehicle before and after it, for a red light once more after that."""

    happening: Happening
    track: tuple[Fix, ...]


class Heard:
    """One frame, as sites look at it."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.vehicles = {vehicle.id: vehicle for vehicle in frame.vehicles}
        self.phases = {phase.signal: phase for phase in frame.phases}

    def fix(self, name: str, signal: str) -> Fix | None:
        """A vehicle and its surroundings; None if it is not there."""
        vehicle = self.vehicles.get(name)
        if vehicle is None:
            return None
        frame = self.frame
        east, north = _cell(vehicle)
        others = {
            other.id: other
            for x in (east - 1, east, east + 1)
            for y in (north - 1, north, north + 1)
            for other in self._cells.get((x, y), ())
            if other is not vehicle
        }
        return Fix(
            frame.time, vehicle, others, self.phases.get(signal),
            frame.sun_elevation, frame.rain_rate,
        )  # fmt: skip

    @cached_property
    def _cells(self) -> Mapping[tuple[int, int], list[Moving]]:
        found: dict[tuple[int, int], list[Moving]] = defaultdict(list)
        for vehicle in self.frame.vehicles:
            found[_cell(vehicle)].append(vehicle)
        return dict(found)


def _cell(vehicle: Moving) -> tuple[int, int]:
    return int(vehicle.lon / CELL_DEGREES), int(vehicle.lat / CELL_DEGREES)


def at(track: tuple[Fix, ...], moment: float) -> Fix:
    """All of a track at a moment within it: between two steps vehicles move evenly, as SUMO's do.

    The signal is that of the step the moment lies in.
    """
    later = next((fix for fix in track if fix.time >= moment), track[-1])
    before = [fix for fix in track if fix.time < later.time]
    if not before or moment >= later.time:
        return later
    earlier = before[-1]
    part = (moment - earlier.time) / (later.time - earlier.time)
    others = {
        name: _between(was, later.others[name], part)
        for name, was in earlier.others.items()
        if name in later.others
    }
    vehicle = _between(earlier.vehicle, later.vehicle, part)
    return later._replace(time=moment, vehicle=vehicle, others=others)


def _between(was: Moving, now: Moving, part: float) -> Moving:
    turned = (now.heading - was.heading + 180) % 360 - 180
    return msgspec.structs.replace(
        now,
        lon=was.lon + (now.lon - was.lon) * part,
        lat=was.lat + (now.lat - was.lat) * part,
        heading=(was.heading + turned * part) % 360,
    )
