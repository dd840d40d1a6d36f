"""Who drives against the direction of a road (逆行): out of a crossing on the wrong side."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import libsumo

from simulators.world.bodies import Member
from simulators.world.frame import Breach
from simulators.world.graph import Graph
from simulators.world.stoplines import LANE, LANE_POSITION, SPEED, Line, breach

METRES = (45.0, 80.0)  # so far it goes on the wrong side
SEEN_METRES = 25.0  # so far beyond the line a site has no doubt
FROM_METRES = 20.0  # of the end of the crossing: who is further on has chosen the right side
CLEAR_METRES = 70.0  # between it and who comes towards it when it begins
NEAR_METRES = 35.0  # then it goes back to its own side
SPEEDS = (5.0, 10.0)  # m/s: nobody races there
TOO_FAST = 14.0  # m/s of who cannot brake so much any more
WHEELED = frozenset({"car", "taxi", "van"})
FREE = 2  # moveToXY's flag: wherever it is told to be


class _Plan(NamedTuple):
    edge: str  # by which it leaves the crossing
    line: Line  # the stop line of the lane that it will take instead
    metres: float


class _Drive(NamedTuple):
    """One on the wrong side, `gone` metres beyond the stop line."""

    plan: _Plan
    route: tuple[str, ...]  # what is left of its way, its own side first
    gone: float
    speed: float  # m/s
    told: bool


class WrongWay:
    """They are SUMO's own vehicles, set down second by second where they drive.

    Others see them on their lane and brake for them. Nobody begins where somebody comes near.
    """

    def __init__(self, lines: Mapping[str, Line], graph: Graph, share: float) -> None:
        self._share = share  # of the cars that come where they could
        inner = {line.edge: lane for lane, line in sorted(lines.items())}  # the highest index
        self._ways = {
            edge.id: inner[edge.reverse]
            for edge in graph.edges
            if edge.reverse in inner and edge.length > 2 * METRES[1]
        }
        self._lines = lines
        self._shapes = {
            lane: libsumo.lane.getShape(lane) for lane in set(self._ways.values())
        }  # of its middle, towards the stop line
        self._lanes = {line: lane for lane, line in lines.items()}
        self._plans: dict[str, _Plan] = {}
        self._drives: dict[str, _Drive] = {}
        self._returning: dict[str, tuple[str, ...]] = {}  # what is left of their ways
        self.astray: tuple[str, ...] = ()  # on the wrong side in this step or the one before it

    def plan(self, vehicle: str, member: Member, edges: Sequence[str], chance: Random) -> None:
        """Whether one that sets out will take the wrong side, and of which road."""
        if member.vehicle_class not in WHEELED:
            return
        for edge in edges[1:-1]:
            lane = self._ways.get(edge)
            if lane is not None and chance.random() < self._share:
                self._plans[vehicle] = _Plan(edge, self._lines[lane], chance.uniform(*METRES))
                return

    def gone(self, vehicle: str) -> None:
        self._plans.pop(vehicle, None)
        self._drives.pop(vehicle, None)

    def steer(self, states: Mapping[str, Mapping[int, Any]]) -> None:
        """Before a step: sets each down where it will be at its end."""
        self._go_on(states)
        for vehicle, plan in list(self._plans.items()):
            state = states.get(vehicle)
            if state is not None and state[LANE].startswith(plan.edge + "_"):
                del self._plans[vehicle]
                able = state[LANE_POSITION] < FROM_METRES and state[SPEED] < TOO_FAST
                if able and self._is_clear(plan, 0.0, states):
                    self._drives[vehicle] = self._begin(vehicle, plan, state)
        before = tuple(self._drives)
        for vehicle, drive in list(self._drives.items()):
            if vehicle not in states:
                del self._drives[vehicle]
                continue
            gone = drive.gone + drive.speed
            done = gone > drive.plan.metres or not self._is_clear(drive.plan, gone, states)
            if done and drive.gone > 0:
                self._return(vehicle, drive)
            else:
                self._drives[vehicle] = drive._replace(gone=gone)
                self._set_down(vehicle, drive.plan, gone)
        self.astray = tuple(dict.fromkeys((*before, *self._drives)))

    def step(
        self,
        time: float,
        states: Mapping[str, Mapping[int, Any]],
        members: Mapping[str, Member],
    ) -> list[Breach]:
        """After a step: who has been seen to come from the wrong side."""
        return list(self._seen(time, states, members))

    def _seen(
        self,
        time: float,
        states: Mapping[str, Mapping[int, Any]],
        members: Mapping[str, Member],
    ) -> Iterator[Breach]:
        for vehicle, drive in self._drives.items():
            if vehicle in states and not drive.told and drive.gone >= SEEN_METRES:
                self._drives[vehicle] = drive._replace(told=True)
                speed = round(float(states[vehicle][SPEED]), 2)
                yield breach(drive.plan.line, "wrong_way", vehicle, members[vehicle], time, speed)

    def _begin(self, vehicle: str, plan: _Plan, state: Mapping[int, Any]) -> _Drive:
        index = libsumo.vehicle.getRouteIndex(vehicle)
        route = tuple(libsumo.vehicle.getRoute(vehicle)[index:])
        speed = min(SPEEDS[1], max(SPEEDS[0], float(state[SPEED])))
        return _Drive(plan, route, float(state[LANE_POSITION]), speed, told=False)

    def _is_clear(self, plan: _Plan, gone: float, states: Mapping[str, Mapping[int, Any]]) -> bool:
        """Whether nobody is before it on the lane that it takes."""
        wanted = plan.metres + CLEAR_METRES if not gone else gone + NEAR_METRES
        near = plan.line.length - wanted
        lane = self._lanes[plan.line]
        others = libsumo.lane.getLastStepVehicleIDs(lane)
        return not any(
            states[other][LANE_POSITION] > near
            for other in others
            if other in states and other not in self._drives
        )

    def _set_down(self, vehicle: str, plan: _Plan, gone: float) -> None:
        lane = self._lanes[plan.line]
        x, y, angle = _at(self._shapes[lane], plan.line.length - gone)
        index = int(lane.rpartition("_")[2])
        libsumo.vehicle.moveToXY(vehicle, plan.line.edge, index, x, y, (angle + 180) % 360, FREE)

    def _return(self, vehicle: str, drive: _Drive) -> None:
        """Back to its own side, as far along as it is."""
        del self._drives[vehicle]
        self._returning[vehicle] = drive.route
        edge = drive.plan.edge
        index = libsumo.edge.getLaneNumber(edge) - 1
        lane = f"{edge}_{index}"
        x, y, angle = _at(libsumo.lane.getShape(lane), drive.gone + drive.speed)
        libsumo.vehicle.moveToXY(vehicle, edge, index, x, y, angle, FREE)

    def _go_on(self, states: Mapping[str, Mapping[int, Any]]) -> None:
        """Who has been set down on its own side gets its way again."""
        for vehicle, route in self._returning.items():
            if vehicle in states and states[vehicle][LANE].startswith(route[0] + "_"):
                libsumo.vehicle.setRoute(vehicle, route)
        self._returning.clear()


def _at(shape: Sequence[tuple[float, float]], metres: float) -> tuple[float, float, float]:
    """Place on a line so far from its start, and the angle in which it runs there."""
    left = max(0.0, metres)
    for (x1, y1), (x2, y2) in pairwise(shape):
        length = math.dist((x1, y1), (x2, y2))
        if left <= length or (x2, y2) == shape[-1]:
            part = min(1.0, left / length)
            angle = math.degrees(math.atan2(x2 - x1, y2 - y1)) % 360
            return x1 + (x2 - x1) * part, y1 + (y2 - y1) * part, angle
        left -= length
    raise ValueError("a lane has two points")
