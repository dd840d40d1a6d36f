"""Stretches of road where vehicle detectors may lie, the busiest first."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from simulators.places.line import Line, offset
from simulators.world import demand
from simulators.world.network import Network, read_graph

SHORTEST_METRES = 200.0
PART = 0.5  # of the way from crossing to crossing: neither queue nor crossing traffic reaches it
LANE_METRES = 3.5
KERB_METRES = 2.0  # from the outer lane to the cabinet


class Stretch(NamedTuple):
    """One direction of a road between two crossings; loops lie `position` metres from its start."""

    edge: str
    target: str  # node at its end; a signal there has the same name
    name: str
    lanes: int
    position: float
    lon: float  # of the cabinet at the kerb
    lat: float
    heading: float  # degrees clockwise from north, of the traffic


@cache
def stretches(folder: Path, seed: int) -> Sequence[Stretch]:
    """Those of a network's folder, the busiest by its routes first; read once."""
    network = Network(folder, read_graph(folder / "network.json"))
    loads = Counter(edge for route in demand.prepare(network, seed).routes for edge in route[:-1])
    found = []
    for edge in network.graph.edges:
        if edge.length < SHORTEST_METRES or not edge.name or not loads[edge.id]:
            continue
        spot = Line(tuple(edge.points)).at(edge.length * PART)
        aside = edge.lanes * LANE_METRES + KERB_METRES
        right = math.radians(spot.heading + 90)
        lon, lat = offset(spot.point, aside * math.sin(right), aside * math.cos(right))
        found.append(
            Stretch(
                edge.id, edge.target, edge.name, edge.lanes, round(edge.length * PART, 1),
                lon, lat, spot.heading,
            )
        )  # fmt: skip
    return sorted(found, key=lambda stretch: (-loads[stretch.edge], stretch.edge))


def free(found: Sequence[Stretch], watched: set[str], count: int) -> Sequence[Stretch]:
    """So many of them that lead to no crossing that is `watched`, each street in turn.

    With fewer streets than detectors the busiest come again.
    """
    by_street: dict[str, list[Stretch]] = {}
    for stretch in found:
        if stretch.target not in watched:
            by_street.setdefault(stretch.name, []).append(stretch)
    longest = max(map(len, by_street.values()), default=0)
    rounds = (
        stretches[turn]
        for turn in range(longest)
        for stretches in by_street.values()
        if turn < len(stretches)
    )
    return list(rounds)[:count]
