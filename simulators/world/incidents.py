"""What happens on the roads by the time line: one is closed or slow, two vehicles have crashed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import libsumo

from simulators.places.line import distance
from simulators.world.graph import Edge, Graph
from simulators.world.plan import Incident
from simulators.world.stoplines import LANE, LANE_POSITION, SPEED

LEAVING = 20 / 3.6  # m/s of those who are still on a road when it is closed
CLOSED_SECONDS = 86_400.0  # what a closed road costs him who looks for a way
BRAKING_METRES = 60.0  # who is nearer to the place of a crash cannot stop there
BUMPERS_METRES = 3.0  # between two who have crashed: nearer none drives up
CRASHED = 2  # vehicles on a lane


@dataclass
class _Site:
    """One road on which something happens now."""

    edge: str
    until: float
    limits: list[float] = field(default_factory=list)  # of its lanes before, from the kerb
    crash: tuple[str, float] | None = None  # lane and metres from its start
    standing: dict[str, float] = field(default_factory=dict)  # where on the lane


class Incidents:
    """Begins and ends them; only the thread that owns SUMO calls."""

    def __init__(
        self, incidents: Sequence[Incident], graph: Graph, routes: Sequence[tuple[str, ...]]
    ) -> None:
        self._coming = sorted(incidents, key=lambda incident: incident.start)
        self._graph = graph
        self._loads = Counter(edge for route in routes for edge in route[1:-1])
        self._closed: list[_Site] = []
        self._slow: list[_Site] = []
        self._crashes: list[_Site] = []

    def step(
        self, time: float, states: Mapping[str, Mapping[int, Any]], patrols: Collection[str]
    ) -> None:
        """Before each step: what begins, what ends, who runs into whom."""
        while self._coming and self._coming[0].start <= time:
            incident = self._coming.pop(0)
            if incident.end > time:
                self._begin(incident, states, patrols)
        for sites, end in (
            (self._closed, _open), (self._slow, _open), (self._crashes, _clear)
        ):  # fmt: skip
            for site in [site for site in sites if site.until <= time]:
                sites.remove(site)
                end(site)
        for site in self._crashes:
            self._collide(site, states, patrols)

    def lead_around(self, vehicle: str) -> None:
        """One that sets out, or is on its way when a road is closed."""
        closed = {site.edge for site in self._closed}
        if not closed:
            return
        index = max(0, libsumo.vehicle.getRouteIndex(vehicle))
        ahead = libsumo.vehicle.getRoute(vehicle)[index + 1 :]
        if closed.intersection(ahead):
            if ahead[-1] in closed:
                _shorten(vehicle, closed)
            libsumo.vehicle.rerouteTraveltime(vehicle, False)

    def _begin(
        self, incident: Incident, states: Mapping[str, Mapping[int, Any]], patrols: Collection[str]
    ) -> None:
        for edge in self._roads(incident):
            site = _Site(edge.id, incident.end)
            if incident.limit is None:
                site.crash = (f"{edge.id}_{edge.lanes - 1}", 0.6 * edge.length)
                self._crashes.append(site)
            else:
                site.limits = _limit(edge.id, incident.limit or LEAVING)
                (self._slow if incident.limit else self._closed).append(site)
                if not incident.limit:
                    libsumo.edge.adaptTraveltime(edge.id, CLOSED_SECONDS)
        if incident.limit == 0:
            for vehicle in states:
                if vehicle not in patrols:
                    self.lead_around(vehicle)

    def _roads(self, incident: Incident) -> list[Edge]:
        """Long ones, so that a vehicle can stop on them before their end."""
        taken = {site.edge for site in (*self._closed, *self._slow, *self._crashes)}
        edges = [
            e for e in self._graph.edges if e.length > 2 * BRAKING_METRES and e.id not in taken
        ]
        near = incident.near
        if near is None:
            edges.sort(key=lambda edge: (-self._loads[edge.id], edge.id))
        else:
            edges.sort(
                key=lambda edge: (distance(near, edge.points[len(edge.points) // 2]), edge.id)
            )
        return edges[: incident.roads]

    def _collide(
        self, site: _Site, states: Mapping[str, Mapping[int, Any]], patrols: Collection[str]
    ) -> None:
        """The next that come along the lane stop where it has happened, until it is over."""
        assert site.crash is not None
        lane, spot = site.crash
        site.standing = {name: at for name, at in site.standing.items() if name in states}
        if len(site.standing) == CRASHED:
            return
        coming = [
            (-state[LANE_POSITION], vehicle)
            for vehicle, state in states.items()
            if state[LANE] == lane
            and vehicle not in patrols
            and vehicle not in site.standing
            and state[SPEED] > 0
            and state[LANE_POSITION] < spot - BRAKING_METRES
        ]
        if not coming:
            return
        _, vehicle = min(coming)
        for other in site.standing:
            spot -= libsumo.vehicle.getLength(other) + BUMPERS_METRES
        index = int(lane.rpartition("_")[2])
        try:
            libsumo.vehicle.setStop(vehicle, site.edge, spot, index, CLOSED_SECONDS)
        except libsumo.TraCIException:
            return  # it is too near to brake: the next one
        site.standing[vehicle] = spot


def _limit(edge: str, limit: float) -> list[float]:
    """Slows an edge; gives the limits of its lanes before."""
    lanes = [f"{edge}_{index}" for index in range(libsumo.edge.getLaneNumber(edge))]
    before = [libsumo.lane.getMaxSpeed(lane) for lane in lanes]
    for lane, was in zip(lanes, before, strict=True):
        libsumo.lane.setMaxSpeed(lane, min(was, limit))
    return before


def _open(site: _Site) -> None:
    for index, limit in enumerate(site.limits):
        libsumo.lane.setMaxSpeed(f"{site.edge}_{index}", limit)
    usual = libsumo.lane.getLength(f"{site.edge}_0") / site.limits[0]
    libsumo.edge.adaptTraveltime(site.edge, usual)


def _clear(site: _Site) -> None:
    assert site.crash is not None
    index = int(site.crash[0].rpartition("_")[2])
    for vehicle, spot in site.standing.items():
        if libsumo.vehicle.isStopped(vehicle):
            libsumo.vehicle.resume(vehicle)
        else:  # it has not come there: the same stop without a length is none
            libsumo.vehicle.setStop(vehicle, site.edge, spot, index, 0)


def _shorten(vehicle: str, closed: Collection[str]) -> None:
    """Who wants to a road that is closed ends before it."""
    index = max(0, libsumo.vehicle.getRouteIndex(vehicle))
    route = list(libsumo.vehicle.getRoute(vehicle))[index:]
    while len(route) > 1 and route[-1] in closed:
        route.pop()
    libsumo.vehicle.changeTarget(vehicle, route[-1])
