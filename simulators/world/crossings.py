"""Signalled crossings of the network, the busiest first: where sites and signals stand."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from simulators.places.line import bearing
from simulators.world import demand
from simulators.world.graph import Edge
from simulators.world.network import Network, read_graph
from simulators.world.plan import Approach
from simulators.world.stops import Stop
from simulators.world.stops import stops as stops_of

SHORTEST_METRES = 60.0  # an approach must be longer than a vehicle drives in two seconds
NEAR_METRES = 12.0  # from the middle of the crossing to the mast of a site


class Crossing(NamedTuple):
    """A crossing with signals; `signal` names it in SUMO. Lanes are numbered over all approaches,
    clockwise from north, from the middle of each road outward."""

    signal: str
    lon: float
    lat: float
    names: tuple[str, ...]
    approaches: tuple[Approach, ...]
    lanes: int
    busiest: int  # index of the approach on which most come
    stops: tuple[tuple[Stop, ...], ...]  # of each approach, its lanes from the middle outward
    bearings: tuple[float, ...]  # of each approach: degrees from north, whence vehicles come

    def approach_of(self, lane: int) -> tuple[Stop, ...]:
        """The stop lines of all lanes of the approach to which a lane belongs."""
        firsts = [approach.first_lane for approach in self.approaches]
        return self.stops[max(0, bisect_right(firsts, lane) - 1)]

    def one_way(self) -> "Crossing":
        """The same, seen by a site that watches the busiest approach alone."""
        edge = self.approaches[self.busiest].edge
        firsts = [a.first_lane for a in self.approaches[self.busiest :]] + [self.lanes + 1]
        return self._replace(
            approaches=(Approach(edge, 1),),
            lanes=firsts[1] - firsts[0],
            busiest=0,
            bearings=(self.bearings[self.busiest],),
            stops=(self.stops[self.busiest],),
        )


@cache
def crossings(folder: Path, seed: int) -> Sequence[Crossing]:
    """Those of a network's folder, the busiest by its routes first; read once."""
    network = Network(folder, read_graph(folder / "network.json"))
    loads = Counter(edge for route in demand.prepare(network, seed).routes for edge in route[:-1])
    arms: dict[str, list[Edge]] = defaultdict(list)
    for edge in network.graph.edges:
        arms[edge.target].append(edge)
    stops = stops_of(network)
    found = [
        _crossing(node.id, (node.lon, node.lat), arms[node.id], loads, stops)
        for node in network.graph.nodes
        if node.signal and all(edge.length >= SHORTEST_METRES for edge in arms[node.id])
    ]
    return sorted(found, key=lambda c: (-_load(c, loads), c.signal))


def _crossing(
    signal: str,
    point: tuple[float, float],
    edges: Iterable[Edge],
    loads: Counter[str],
    stops: Mapping[str, Sequence[Stop]],
) -> Crossing:
    around = sorted(edges, key=lambda edge: bearing(point, edge.points[-2]))
    bearings = tuple(round(bearing(point, edge.points[-2]), 1) for edge in around)
    approaches, first = [], 1
    for edge in around:
        approaches.append(Approach(edge.id, first))
        first += edge.lanes
    wide = sorted(around, key=lambda edge: -edge.lanes)
    names = tuple(dict.fromkeys(edge.name for edge in wide if edge.name))
    most = max(range(len(around)), key=lambda n: loads[around[n].id])
    lines = tuple(tuple(stops[edge.id]) for edge in around)
    return Crossing(signal, *point, names, tuple(approaches), first - 1, most, lines, bearings)


def _load(crossing: Crossing, loads: Counter[str]) -> int:
    return sum(loads[approach.edge] for approach in crossing.approaches)
