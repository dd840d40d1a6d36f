"""The simulation itself: SUMO in this process, moved on second by second, told as frames."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import libsumo

from simulators.hours import sun_elevation
from simulators.randomness import generator
from simulators.weather import Weather, sky
from simulators.world import demand
from simulators.world.bodies import Member, types
from simulators.world.frame import Counted, Frame, Moving
from simulators.world.incidents import Incidents
from simulators.world.loops import Loops
from simulators.world.network import Network, read_graph
from simulators.world.patrols import Patrols
from simulators.world.plan import MARKED_METRES, Plan
from simulators.world.population import Departure, Population, Trip
from simulators.world.signals import Signals
from simulators.world.standing import Standing
from simulators.world.stoplines import (
    ANGLE,
    LANE,
    LANE_POSITION,
    POSITION,
    SPEED,
    Line,
    Seen,
    edge_of,
    judge,
)
from simulators.world.truth import Begun, Queue, Told, WorldTruth
from simulators.world.truth import Trip as ToldTrip
from simulators.world.wrongway import WrongWay

SUBSCRIBED = (POSITION, SPEED, ANGLE, LANE, LANE_POSITION)
TELEPORT_SECONDS = 180  # who has stood so long in a jam is set down further on
HALTED = 0.1  # m/s
RAIN_SLOWS = 0.25  # part of the speed that the heaviest rain takes
HEAVY_RAIN = 10.0  # mm/h
SLOWNESS_STEP = 0.05
MINUTE = 60

States = Mapping[str, Mapping[int, Any]]


class Traffic:
    """One world. SUMO is one to a process, so there is one of these at a time.

    The same plan and start give the same frames and the same truth, byte for byte.
    """

    def __init__(self, plan: Plan, start: float, truth: Path | None = None) -> None:
        folder = Path(plan.network)
        network = Network(folder, read_graph(folder / "network.json"))
        ways = demand.prepare(network, plan.seed)
        self._plan = plan
        self._weather = plan.weather or Weather(plan.seed)
        self._plane = network.graph.plane
        self._routes = ways.routes
        self._chance = generator(plan.seed, "traffic", round(start))
        self._population = Population(plan.seed, plan.vehicles, ways.routes)
        self._patrols = Patrols(plan.seed, network.graph, plan.patrols)
        self._members: dict[str, Member] = dict(self._patrols.members)
        self._trips: dict[str, Trip] = {}
        self._own_speeds: dict[str, float] = {}
        self._slowness = 1.0
        self._second = 0
        self._states: States = {}
        self._lanes: dict[str, tuple[str, int]] = {}
        _start_sumo(network, ways.file, plan.seed)
        self.signals = Signals()
        self._lines = self._stop_lines()
        self._standing = Standing(self._lines, _marked(self._lines))
        self._wrong_way = WrongWay(self._lines, network.graph, plan.wrong_way_share)
        self._incidents = Incidents(plan.incidents, network.graph, ways.routes)
        self._queues: dict[str, int] = {line.edge: 0 for line in self._lines.values()}
        self._sites = {line.edge: line.site for line in self._lines.values()}
        self._loops = Loops(plan.detectors, libsumo.edge.getLaneNumber)
        self._told = Told(plan)
        begun = Begun(start, plan.seed, network.fingerprint)
        self._truth = WorldTruth(truth, begun) if truth else None
        self._fill(start)

    def step(self, time: float, speed: float = 1.0) -> Frame:
        """Moves all on by one second, which ends at `time` (epoch seconds)."""
        self._second += 1
        for departure in self._population.depart(time, self._chance):
            self._set_out(departure)
        self._slow_down(time)
        self._patrols.step(time, self._states, self._second)
        self._incidents.step(time, self._states, self._patrols.members)
        self._wrong_way.steer(self._states)
        libsumo.simulationStep()
        self.signals.step()
        self._note_departed(time)
        before, self._states = self._states, libsumo.vehicle.getAllSubscriptionResults()
        for vehicle in libsumo.simulation.getStartingTeleportIDList():
            before = {name: state for name, state in before.items() if name != vehicle}
        breaches = self._wrong_way.step(time, self._states, self._members)
        for vehicle in self._wrong_way.astray:  # they go over no line in its direction
            before = {name: state for name, state in before.items() if name != vehicle}
        seen = judge(self._lines, before, self._states, self._members, self.signals.aspects, time)
        seen.breaches.extend(self._standing.step(time, self._states, self._members))
        seen.breaches.extend(breaches)
        counted = self._loops.step(
            time, before, self._states, self._members, libsumo.vehicle.isStoppedParking
        )
        frame = self._frame(time, speed, seen, counted)
        self._tell_truth(time, frame)
        return frame

    def close(self) -> None:
        """Ends the simulation, so that another may begin."""
        libsumo.close()
        if self._truth is not None:
            self._truth.close()

    @property
    def under_way(self) -> int:
        """Vehicles on the road."""
        return len(self._states)

    # --- who drives --------------------------------------------------------------------------

    def _fill(self, time: float) -> None:
        """The world begins in the middle of the day's traffic."""
        for departure in self._population.depart(time, self._chance, at_once=True):
            self._set_out(departure)
        self._patrols.begin()

    def _set_out(self, departure: Departure) -> None:
        route = f"r{departure.route}"
        edges = self._routes[departure.route][departure.skipped :]
        if departure.skipped:
            route = f"{route}.{departure.skipped}"
            if route not in libsumo.route.getIDList():
                libsumo.route.add(route, edges)
        vehicle = departure.vehicle
        libsumo.vehicle.add(
            vehicle, route, typeID=departure.member.type, departPos="random_free",
            departLane="best", departSpeed="max", arrivalPos="random",
        )  # fmt: skip
        self._members[vehicle] = departure.member
        self._trips[vehicle] = Trip(departure.member, edges[0], edges[-1], 0.0)
        self._standing.plan(vehicle, departure.member, edges[1:-1], self._chance)
        self._wrong_way.plan(vehicle, departure.member, edges, self._chance)

    def _note_departed(self, time: float) -> None:
        for vehicle in libsumo.simulation.getDepartedIDList():
            libsumo.vehicle.subscribe(vehicle, SUBSCRIBED)
            own = self._own_speeds[vehicle] = libsumo.vehicle.getSpeedFactor(vehicle)
            if self._slowness < 1:
                libsumo.vehicle.setSpeedFactor(vehicle, own * self._slowness)
            if vehicle in self._trips:
                self._trips[vehicle].departed = time
                self._incidents.lead_around(vehicle)

    def _slow_down(self, time: float) -> None:
        """Rain slows all that drives."""
        wet = RAIN_SLOWS * min(1.0, sky(self._weather, int(time)).rain / HEAVY_RAIN)
        slowness = 1 - SLOWNESS_STEP * round(wet / SLOWNESS_STEP)
        if slowness != self._slowness:
            self._slowness = slowness
            for vehicle in self._states:
                own = self._own_speeds[vehicle]
                libsumo.vehicle.setSpeedFactor(vehicle, own * slowness)

    # --- what is told ------------------------------------------------------------------------

    def _frame(self, time: float, speed: float, seen: Seen, counted: list[Counted]) -> Frame:
        return Frame(
            time=time,
            step=self._second,
            speed=speed,
            paused=False,
            vehicles=[self._moving(name, state) for name, state in self._states.items()],
            passings=seen.passings,
            breaches=seen.breaches,
            phases=self.signals.phases(),
            rain_rate=round(sky(self._weather, int(time)).rain, 2),
            sun_elevation=round(sun_elevation(time), 2),
            counted=counted,
        )

    def _moving(self, name: str, state: Mapping[int, Any]) -> Moving:
        member = self._members[name]
        body = member.body
        lon, lat = self._plane.degrees(*state[POSITION])
        edge, number = self._lane(state[LANE])
        return Moving(
            name, round(lon, 7), round(lat, 7), round(state[ANGLE], 1) % 360,
            round(state[SPEED], 2), edge, number, member.vehicle_class, member.colour,
            member.plate, member.plate_colour, body.length, body.width, body.height,
        )  # fmt: skip

    def _lane(self, lane: str) -> tuple[str, int]:
        """Edge and number of a lane, counted from the middle of the road."""
        known = self._lanes.get(lane)
        if known is None:
            if not lane:
                return "", 1  # it is being set down elsewhere
            edge = edge_of(lane)
            index = int(lane[len(edge) + 1 :])
            known = self._lanes[lane] = (edge, libsumo.edge.getLaneNumber(edge) - index)
        return known

    def _tell_truth(self, time: float, frame: Frame) -> None:
        trips = []
        for vehicle in libsumo.simulation.getArrivedIDList():
            self._members.pop(vehicle, None)
            self._own_speeds.pop(vehicle, None)
            self._standing.gone(vehicle)
            self._wrong_way.gone(vehicle)
            trip = self._trips.pop(vehicle, None)
            if trip is not None:
                self._population.gone(vehicle)
                trips.append(_told(vehicle, trip, time))
        if self._patrols.members.keys() - self._members.keys():
            self._members |= self._patrols.members
        queues = self._count_queues(time)
        if self._truth is not None:
            self._truth.step(self._told.of(frame) | {"trips": trips, "queues": queues})

    def _count_queues(self, time: float) -> list[Queue]:
        standing = dict.fromkeys(self._queues, 0)
        for state in self._states.values():
            if state[SPEED] < HALTED and state[LANE]:
                edge = self._lane(state[LANE])[0]
                if edge in standing:
                    standing[edge] += 1
        for edge, count in standing.items():
            self._queues[edge] = max(self._queues[edge], count)
        if round(time) % MINUTE:
            return []
        told = [Queue(time, self._sites[e], e, most) for e, most in self._queues.items()]
        self._queues = dict.fromkeys(self._queues, 0)
        return told

    # --- the stop lines ----------------------------------------------------------------------

    def _stop_lines(self) -> dict[str, Line]:
        targets = dict.fromkeys(self.signals.ids)
        ends = {e.id: e.target for e in read_graph(Path(self._plan.network) / "network.json").edges}
        lines = {}
        for watch in self._plan.watches:
            for approach in watch.approaches:
                count = libsumo.edge.getLaneNumber(approach.edge)
                signal = ends[approach.edge] if ends[approach.edge] in targets else ""
                for index in range(count):
                    lane = f"{approach.edge}_{index}"
                    lines[lane] = Line(
                        site=watch.site,
                        number=approach.first_lane + count - 1 - index,
                        edge=approach.edge,
                        length=libsumo.lane.getLength(lane),
                        limit=libsumo.lane.getMaxSpeed(lane),
                        signal=signal,
                        links=self.signals.links(lane, signal) if signal else (),
                    )
        return lines


def _told(vehicle: str, trip: Trip, time: float) -> ToldTrip:
    return ToldTrip(
        vehicle, trip.member.plate, trip.member.vehicle_class, trip.origin, trip.target,
        trip.departed, time,
    )  # fmt: skip


def _marked(lines: Mapping[str, Line]) -> dict[str, tuple[float, float]]:
    """Stretches of the outer lanes in which nobody may stand: metres from the edge's start."""
    near, far = MARKED_METRES
    return {
        lane: (max(0.0, line.length - far), line.length - near)
        for lane, line in lines.items()
        if lane.endswith("_0") and line.length > 2 * near
    }


def _start_sumo(network: Network, routes: Path, seed: int) -> None:
    made = network.folder / f"types-{os.getpid()}.xml"
    made.write_text("\n".join(["<additional>", *types(), "</additional>"]), "utf-8")
    try:
        libsumo.start([
            "sumo", "-n", str(network.net), "-a", f"{made},{routes}", "--step-length", "1",
            "--seed", str(seed % 2**31), "--no-step-log", "true", "--no-warnings", "true",
            "--time-to-teleport", str(TELEPORT_SECONDS), "--collision.action", "none",
            "--max-depart-delay", "-1", "--duration-log.disable", "true",
        ])  # fmt: skip
    finally:
        made.unlink()
