"""Loops in the road (检测线圈): how vehicle detectors count, exactly, from step to step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simulators.world.bodies import Member
from simulators.world.frame import Counted
from simulators.world.plan import Detector
from simulators.world.stoplines import LANE, LANE_POSITION, SPEED, State

LOOP_METRES = 2.0  # of the loop along the road
MINUTE = 60
STILL_METRES = 1e-6


class Loop(NamedTuple):
    """The loop of one detector in one lane; metres from the start of the edge."""

    detector: str
    edge: str
    position: float


@dataclass
class _Sums:
    """What one detector has counted since the minute began, over all its lanes."""

    lanes: int
    count: int = 0
    speeds: float = 0.0  # m/s
    covered: float = 0.0  # seconds, of all lanes
    seconds: int = 0


class Loops:
    """All detectors of a world. `lanes` gives the number of lanes of an edge."""

    def __init__(self, detectors: Sequence[Detector], lanes: Callable[[str], int]) -> None:
        self._loops = {
            f"{d.edge}_{index}": Loop(d.device, d.edge, d.position)
            for d in detectors
            for index in range(lanes(d.edge))
        }
        self._sums = {d.device: _Sums(lanes(d.edge)) for d in detectors}
        self._end: int | None = None  # of the minute that is being counted, in minutes

    def step(
        self,
        time: float,
        before: Mapping[str, State],
        now: Mapping[str, State],
        members: Mapping[str, Member],
        parked: Callable[[str], bool],
    ) -> list[Counted]:
        """Counts the second that ends at `time`; gives the minutes that are over.

        A vehicle counts when its front goes over the loop's first edge, e-bikes never: they hold
        too little metal. Vehicles move evenly within a step, so the time for which a loop is
        covered follows from the way. Who is `parked` stands at the kerb, beside the loop.
        """
        end = -(-round(time) // MINUTE)
        told = self._tell() if self._end not in {None, end} else []  # seconds were skipped
        self._end = end
        for sums in self._sums.values():
            sums.seconds += 1
        for vehicle, was in before.items():
            loop, state = self._loops.get(was[LANE]), now.get(vehicle)
            if loop is not None and state is not None:
                member = members[vehicle]
                if member.vehicle_class != "ebike":
                    self._add(loop, was, state, member.body.length, parked(vehicle))
        return told + self._tell() if round(time) % MINUTE == 0 else told

    def _add(self, loop: Loop, was: State, state: State, length: float, parked: bool) -> None:
        start = was[LANE_POSITION]
        moved = float(state[SPEED])
        far = loop.position + LOOP_METRES + length
        sums = self._sums[loop.detector]
        if not parked:
            sums.covered += covered(start, start + moved, loop.position, far)
        if start < loop.position <= start + moved:
            sums.count += 1
            sums.speeds += moved

    def _tell(self) -> list[Counted]:
        assert self._end is not None  # a step has set it
        told = [_counted(name, self._end * MINUTE, sums) for name, sums in self._sums.items()]
        self._sums = {name: _Sums(sums.lanes) for name, sums in self._sums.items()}
        self._end = None
        return told


def covered(start: float, end: float, near: float, far: float) -> float:
    """Part of a second for which a front that moves evenly from start to end is between two places.

    All in metres along the lane.
    """
    if end - start < STILL_METRES:
        return float(near < end < far)
    return max(0.0, min(end, far) - max(start, near)) / (end - start)


def _counted(detector: str, time: float, sums: _Sums) -> Counted:
    share = sums.covered / (sums.lanes * sums.seconds)
    return Counted(
        detector,
        time,
        sums.seconds,
        sums.count,
        round(100 * min(1.0, share), 2),
        round(sums.speeds / sums.count, 3) if sums.count else None,
    )
