"""Where people drive: routes between places of the network, made once per network and kept."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple
from xml.etree.ElementTree import iterparse

from simulators.randomness import generator
from simulators.world.graph import Edge, Graph
from simulators.world.network import Network

ORIGINS, TARGETS = 300, 14  # ways that people drive; the same one serves many
SHORTEST_EDGES, LONGEST_EDGES = 4, 400
CROSSING_SECONDS = 6.0  # what a crossing costs in the mean
# Trips that begin or end on a kilometre of a road, by class: nobody lives on an expressway.
TRIPS_BY_CLASS = {"expressway": 0.0, "main": 3.0, "secondary": 2.5, "branch": 1.5}
NEARNESS_METRES = 4000.0  # of these, one in e is as far away


class Demand(NamedTuple):
    """Routes as tuples of edge ids; the file holds them for SUMO, named r0, r1, ...."""

    file: Path
    routes: Sequence[tuple[str, ...]]


def prepare(network: Network, seed: int) -> Demand:
    """The routes of a network, from its folder if they are there."""
    file = network.folder / f"routes-{seed}.xml"
    if not file.exists():
        _build(network, seed, file)
    return Demand(file, _read(file))


def _build(network: Network, seed: int, file: Path) -> None:
    routes = sorted(set(_routes(network.graph, generator(seed, "demand"))))
    lines = [f'<route id="r{n}" edges="{" ".join(route)}"/>' for n, route in enumerate(routes)]
    partial = file.with_suffix(".partial")
    text = "\n".join(["<additional>", *lines, "</additional>"])
    partial.write_text(text, "utf-8")
    partial.replace(file)


def _routes(graph: Graph, chance: Random) -> Iterator[tuple[str, ...]]:
    """From each of some origins the quickest ways to several places, found at once."""
    ends = [edge for edge in graph.edges if TRIPS_BY_CLASS[edge.road_class]] or graph.edges
    sums = list(accumulate(e.length * (TRIPS_BY_CLASS[e.road_class] or 1) for e in ends))
    leaving: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        leaving.setdefault(edge.source, []).append(edge)
    for _ in range(ORIGINS):
        origin = _draw(ends, sums, chance)
        before = _quickest(leaving, origin)
        for _ in range(TARGETS):
            target = _target(graph, origin, ends, sums, chance)
            route = _way(before, origin, target)
            if len(route) >= SHORTEST_EDGES:
                yield route


def _quickest(leaving: dict[str, list[Edge]], origin: Edge) -> dict[str, Edge]:
    """The last edge of the quickest way to each node from the end of an edge (Dijkstra 1959)."""
    before: dict[str, Edge] = {}
    heap: list[tuple[float, str, Edge]] = [(0.0, origin.id, origin)]  # the ids decide ties
    while heap:
        seconds, _, edge = heappop(heap)
        if edge.target in before:
            continue
        before[edge.target] = edge
        for way in leaving.get(edge.target, ()):
            if way.target not in before and way.id != edge.reverse:
                cost = way.length / way.limit + CROSSING_SECONDS
                heappush(heap, (seconds + cost, way.id, way))
    return before


def _way(before: dict[str, Edge], origin: Edge, target: Edge) -> tuple[str, ...]:
    """The edges from origin to target; empty where the way would turn back on itself."""
    way = [target]
    while way[-1] is not origin:
        edge = before.get(way[-1].source)
        if edge is None or edge.id == way[-1].reverse or len(way) > LONGEST_EDGES:
            return ()
        way.append(edge)
    return tuple(edge.id for edge in reversed(way))


def _draw(edges: list[Edge], sums: list[float], chance: Random) -> Edge:
    return edges[min(bisect(sums, chance.uniform(0, sums[-1])), len(edges) - 1)]


def _target(
    graph: Graph, origin: Edge, ends: list[Edge], sums: list[float], chance: Random
) -> Edge:
    """Near places are likelier than far ones (a gravity model with an exponential of distance)."""
    plane = graph.plane
    here = plane.metres(*origin.points[0])
    reach = chance.expovariate(1 / NEARNESS_METRES) + 800
    best = _draw(ends, sums, chance)
    for _ in range(6):
        there = plane.metres(*best.points[-1])
        if abs(there[0] - here[0]) + abs(there[1] - here[1]) <= reach:
            break
        best = _draw(ends, sums, chance)
    return best


def _read(file: Path) -> list[tuple[str, ...]]:
    found = []
    for _, element in iterparse(file):  # noqa: S314  # written by ourselves
        if element.tag == "route":
            found.append(tuple(element.attrib["edges"].split()))
        element.clear()
    return found
