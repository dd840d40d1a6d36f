"""Where vehicles are between two steps of the world."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulators.cameras.bodies import Bodies
from simulators.cameras.ground import REACH_METRES
from simulators.cameras.pose import Floats, Pose
from simulators.world.frame import Frame, Moving, Phase

# A vehicle that jumps farther within a step was set down anew, and is not drawn across the city.
JUMP_METRES = 80.0
# Without news a vehicle goes on so long, in steps of the world, and then stops.
FORESIGHT_STEPS = 1.5


class Step(NamedTuple):
    """One frame of the world as columns, made once for all cameras."""

    time: float
    vehicles: list[Moving]
    lon: Floats
    lat: Floats
    phases: dict[str, Phase]
    rain_rate: float
    sun_elevation: float

    @classmethod
    def of(cls, frame: Frame) -> "Step":
        lon = np.fromiter((v.lon for v in frame.vehicles), float, len(frame.vehicles))
        lat = np.fromiter((v.lat for v in frame.vehicles), float, len(frame.vehicles))
        phases = {phase.signal: phase for phase in frame.phases}
        return cls(
            frame.time, frame.vehicles, lon, lat, phases, frame.rain_rate, frame.sun_elevation
        )


class _Seen(NamedTuple):
    time: float
    places: dict[str, int]  # vehicle to its row
    vehicles: list[Moving]
    fronts: Floats  # metres about the camera
    headings: Floats


class Motion:
    """What one camera has been told of the vehicles near it."""

    def __init__(self, pose: Pose) -> None:
        self._pose = pose
        self._before: _Seen | None = None
        self._last: _Seen | None = None

    def hear(self, step: Step) -> None:
        """The world has made a step. One that is not later begins anew: the world was restarted."""
        if self._last is not None and step.time <= self._last.time:
            self._last = None
        self._before, self._last = self._last, self._near(step)

    def at(self, moment: float) -> Bodies:
        """The vehicles at a moment of the world (epoch seconds).

        Between the last two steps they are interpolated, after the last for a while extrapolated.
        """
        last = self._last
        if last is None:
            return _bodies([], np.zeros((0, 2)), np.zeros(0))
        before = self._before
        if before is None:
            return _bodies(last.vehicles, last.fronts, last.headings)
        part = (moment - before.time) / (last.time - before.time)
        part = min(max(part, 0.0), 1.0 + FORESIGHT_STEPS)
        rows = np.array([before.places.get(v.id, -1) for v in last.vehicles], int)
        fronts, headings = last.fronts.copy(), last.headings.copy()
        known = np.flatnonzero(rows >= 0)
        moved = fronts[known] - before.fronts[rows[known]]
        near = np.hypot(moved[:, 0], moved[:, 1]) < JUMP_METRES
        known, moved = known[near], moved[near]
        turned = (headings[known] - before.headings[rows[known]] + 180) % 360 - 180
        fronts[known] += moved * (part - 1)
        # Nobody knows whether a turn goes on after the last step.
        headings[known] += turned * (min(part, 1.0) - 1)
        # Who has just come is shown from the step on at which it came.
        shown = np.ones(len(rows), bool) if part >= 1 else rows >= 0
        chosen = np.flatnonzero(shown)
        return _bodies([last.vehicles[i] for i in chosen], fronts[chosen], headings[chosen])

    def _near(self, step: Step) -> _Seen:
        fronts = self._pose.metres(step.lon, step.lat)
        chosen = np.flatnonzero((np.abs(fronts) < REACH_METRES).all(axis=1))
        vehicles = [step.vehicles[i] for i in chosen]
        headings = np.array([v.heading for v in vehicles], float)
        places = {vehicle.id: row for row, vehicle in enumerate(vehicles)}
        return _Seen(step.time, places, vehicles, fronts[chosen], headings)


def _bodies(vehicles: list[Moving], fronts: Floats, headings: NDArray[np.float64]) -> Bodies:
    sizes = np.array([(v.length, v.width, v.height) for v in vehicles], float).reshape(-1, 3)
    return Bodies(
        fronts,
        headings,
        sizes,
        [v.vehicle_class for v in vehicles],
        [v.colour for v in vehicles],
        [v.plate for v in vehicles],
        [v.plate_colour for v in vehicles],
    )
