"""City-management vehicles (城管车) in the traffic: wander, look at things, rest at night."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import libsumo

from simulators.hours import local_hour
from simulators.randomness import generator
from simulators.vehicles import INSPECTION_EVERY_METRES, SHIFT
from simulators.world.bodies import Member, patrol
from simulators.world.graph import Edge, Graph
from simulators.world.plan import Patrol
from simulators.world.stoplines import LANE

AHEAD_EDGES = 24  # so far a patrol knows its way
LOOK_SECONDS = 5  # between two looks at how far it has come
STOP_SECONDS = (40.0, 240.0)
NIGHT_STOP_SECONDS = 86_400.0
PARKING = 1  # SUMO's flag: it stands at the kerb and holds nobody up
MARGIN_METRES = 30.0  # from both ends of an edge
SHORTEST_STOP_EDGE = 100.0  # metres


class Patrols:
    """Keeps each of them on the road for ever."""

    def __init__(self, seed: int, graph: Graph, patrols: Sequence[Patrol]) -> None:
        self._rows = {row.device: row for row in patrols}
        self.members: dict[str, Member] = {r.device: patrol(seed, r.device) for r in patrols}
        self._chances = {r.device: generator(seed, r.device, "patrol") for r in patrols}
        self._edges = {edge.id: edge for edge in graph.edges}
        self._leaving: dict[str, list[Edge]] = {}
        for edge in graph.edges:
            self._leaving.setdefault(edge.source, []).append(edge)
        self._resting: set[str] = set()
        self._rounds = 0

    def begin(self) -> None:
        """Puts all of them on the road, each somewhere."""
        for device in self._rows:
            self._enter(device)

    def step(self, time: float, states: Mapping[str, Mapping[int, Any]], second: int) -> None:
        """Now and then: prolong their ways, send them to rest and back to work."""
        if second % LOOK_SECONDS:
            return
        here = set(libsumo.vehicle.getIDList())
        for device in self._rows:
            if device not in here:
                self._enter(device)
            elif device in states and not states[device][LANE].startswith(":"):
                self._guide(device, time)

    def _enter(self, device: str) -> None:
        chance = self._chances[device]
        self._resting.discard(device)
        first = chance.choice([e for e in self._edges.values() if e.road_class != "expressway"])
        self._rounds += 1
        route = f"patrol-{self._rounds}"
        libsumo.route.add(route, [e.id for e in self._wander([first], chance)])
        libsumo.vehicle.add(
            device, route, typeID=self.members[device].type,
            departPos="random_free", departLane="best", departSpeed="max",
        )  # fmt: skip

    def _guide(self, device: str, time: float) -> None:
        chance = self._chances[device]
        edges = list(libsumo.vehicle.getRoute(device))
        index = libsumo.vehicle.getRouteIndex(device)
        left = edges[index:]
        if len(left) < AHEAD_EDGES // 2:
            known = [self._edges[name] for name in left]
            way = self._wander(known, chance)
            libsumo.vehicle.setRoute(device, [edge.id for edge in way])
            if device not in self._resting:
                self._plan_stops(device, way[len(known) :], chance)
        self._keep_hours(device, time, left)

    def _wander(self, way: list[Edge], chance: Random) -> list[Edge]:
        way = list(way)
        while len(way) < AHEAD_EDGES:
            last = way[-1]
            ways = self._leaving.get(last.target, [])
            onward = [e for e in ways if e.id != last.reverse and e.road_class != "expressway"]
            others = onward or [e for e in ways if e.id != last.reverse] or ways
            way.append(chance.choice(others))
        return way

    def _plan_stops(self, device: str, way: list[Edge], chance: Random) -> None:
        for edge in way:
            if (
                edge.length > SHORTEST_STOP_EDGE
                and chance.random() < edge.length / INSPECTION_EVERY_METRES
            ):
                self._stop(device, edge, chance.uniform(*STOP_SECONDS), chance)
                return  # SUMO wants stops in the order of the way: one for each prolongation

    def _stop(self, device: str, edge: Edge, seconds: float, chance: Random) -> bool:
        spot = chance.uniform(MARGIN_METRES, edge.length - 2 * MARGIN_METRES)
        try:
            libsumo.vehicle.setStop(device, edge.id, spot, 0, seconds, PARKING)
        except libsumo.TraCIException:
            return False  # it is too near to brake, or the edge was cut at its crossings
        return True

    def _keep_hours(self, device: str, time: float, left: list[str]) -> None:
        row = self._rows[device]
        on_duty = row.nights or SHIFT[0] <= local_hour(time) < SHIFT[1]
        if on_duty and device in self._resting:
            self._resting.discard(device)
            if libsumo.vehicle.isStopped(device):
                libsumo.vehicle.resume(device)
        elif not on_duty and device not in self._resting and not libsumo.vehicle.getStops(device):
            chance = self._chances[device]
            for name in left[1:6]:
                edge = self._edges[name]
                if edge.length > SHORTEST_STOP_EDGE and self._stop(
                    device, edge, NIGHT_STOP_SECONDS, chance
                ):
                    self._resting.add(device)
                    break
