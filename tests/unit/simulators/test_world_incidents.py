"""What the time line has for the world: closed and slow roads, crashes, rain, and wrong ways."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from simulators.places.line import bearing, distance
from simulators.weather import Spell, Weather
from simulators.world import demand
from simulators.world.frame import Breach, Frame, Moving
from simulators.world.plan import Incident, Plan
from simulators.world.traffic import Traffic
from tests.unit.simulators.worlds import MORNING, SEED, network, plan

SECONDS = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("incidents")


@contextmanager
def world(chosen: Plan) -> Iterator[Traffic]:
    traffic = Traffic(chosen, MORNING)
    try:
        yield traffic
    finally:
        traffic.close()


def told(chosen: Plan, seconds: int = SECONDS) -> list[Frame]:
    with world(chosen) as traffic:
        return [traffic.step(MORNING + second) for second in range(1, seconds + 1)]


def on(frame: Frame, edge: str) -> list[Moving]:
    return [v for v in frame.vehicles if v.edge == edge and not v.id.startswith("car-")]


@pytest.fixture(scope="module")
def busiest(folder: Path) -> str:
    """The road that an incident without a place takes."""
    made = network(folder)
    graph = {edge.id: edge for edge in made.graph.edges}
    loads: dict[str, int] = {}
    for route in demand.prepare(made, SEED).routes:
        for edge in route[1:-1]:
            loads[edge] = loads.get(edge, 0) + 1
    long = [edge for edge in loads if graph[edge].length > 120]
    return min(long, key=lambda edge: (-loads[edge], edge))


def with_incident(folder: Path, limit: float | None, begin: float = 60, end: float = 240) -> Plan:
    incident = Incident(MORNING + begin, MORNING + end, 1, None, limit)
    return msgspec.structs.replace(plan(folder, vehicles=500), incidents=[incident])


def test_on_a_closed_road_nobody_is_left_and_on_an_open_one_they_drive_again(
    folder: Path, busiest: str
) -> None:
    frames = told(with_incident(folder, 0.0, end=180), 480)
    before = sum(len(on(frame, busiest)) for frame in frames[:60])
    closed = sum(len(on(frame, busiest)) for frame in frames[150:180])
    after = sum(len(on(frame, busiest)) for frame in frames[180:])
    assert before > 60
    assert closed < 0.1 * before
    assert after > 0


def test_on_a_slow_road_they_drive_slowly_while_it_lasts(folder: Path, busiest: str) -> None:
    frames = told(with_incident(folder, 15 / 3.6))
    slow = [v.speed for frame in frames[90:239] for v in on(frame, busiest)]
    free = [v.speed for frame in frames[:60] for v in on(frame, busiest)]
    assert slow
    assert max(slow) < 1.25 * 15 / 3.6
    assert max(free) > 8


def test_two_stand_on_a_lane_after_a_crash_and_drive_on_when_it_is_cleared(
    folder: Path, busiest: str
) -> None:
    frames = told(with_incident(folder, None, begin=10, end=240))
    stand = [{v.id for v in on(frame, busiest) if v.speed < 0.1} for frame in frames[180:239]]
    crashed = set.intersection(*stand)
    assert len(crashed) >= 2
    places = [next(v for v in frames[230].vehicles if v.id == name) for name in sorted(crashed)]
    assert {vehicle.lane for vehicle in places} == {1}
    later = {v.id: v for v in frames[270].vehicles}
    assert all(later[name].speed > 0 or later[name].edge != busiest for name in crashed)


def test_rain_of_the_time_line_is_told_and_slows_all(folder: Path) -> None:
    storm = Weather(SEED, fair=True, spells=(Spell(MORNING + 100, MORNING + 900, 50.0),))
    frames = told(msgspec.structs.replace(plan(folder), weather=storm))
    assert [frames[second].rain_rate for second in (50, 250)] == [0.0, 50.0]
    dry = [v.speed for v in frames[90].vehicles if v.speed > 3]
    wet = [v.speed for v in frames[290].vehicles if v.speed > 3]
    assert sum(wet) / len(wet) < 0.92 * sum(dry) / len(dry)


@pytest.fixture(scope="module")
def wrong(folder: Path) -> list[Frame]:
    """Everybody who could drives on the wrong side."""
    chosen = msgspec.structs.replace(plan(folder, vehicles=400), wrong_way_share=1.0)
    return told(chosen, 420)


def breaches(frames: list[Frame]) -> list[tuple[int, Breach]]:
    return [
        (number, breach)
        for number, frame in enumerate(frames)
        for breach in frame.breaches
        if breach.kind == "wrong_way"
    ]


def test_wrong_way_drivers_truly_drive_against_the_direction_where_a_site_sees_it(
    folder: Path, wrong: list[Frame]
) -> None:
    graph = {edge.id: edge for edge in network(folder).graph.edges}
    found = breaches(wrong)
    assert len(found) >= 5
    for number, breach in found:
        vehicle = next(v for v in wrong[number].vehicles if v.id == breach.vehicle)
        edge = graph[vehicle.edge]
        assert edge.target == breach.site
        assert vehicle.lane == 1  # the one nearest to the middle of the road
        before = next(v for v in wrong[number - 1].vehicles if v.id == breach.vehicle)
        here, there = (before.lon, before.lat), (vehicle.lon, vehicle.lat)
        assert abs((vehicle.heading - bearing(here, there) + 180) % 360 - 180) < 45
        assert distance(there, edge.points[-1]) > distance(here, edge.points[-1]) + 3
        assert 20 < distance(there, edge.points[-1]) < 120
        assert breach.plate
        assert breach.speed == pytest.approx(vehicle.speed, abs=0.01)
        assert breach.time == wrong[number].time


def test_they_move_as_fast_as_they_say_and_go_on_to_where_they_wanted(wrong: list[Frame]) -> None:
    for number, breach in breaches(wrong):
        track = [
            next((v for v in frame.vehicles if v.id == breach.vehicle), None)
            for frame in wrong[max(0, number - 8) : number + 9]
        ]
        seen = [vehicle for vehicle in track if vehicle is not None]
        assert len(seen) > 8
        for before, after in pairwise(seen):
            assert distance((before.lon, before.lat), (after.lon, after.lat)) < 32
    trips = {v.id: v.edge for frame in wrong[-60:] for v in frame.vehicles}
    gone_on = [b for n, b in breaches(wrong) if n < 200 and b.vehicle in trips]
    edges = {
        b.vehicle: {v.edge for frame in wrong for v in frame.vehicles if v.id == b.vehicle}
        for b in gone_on
    }
    assert all(len(found) > 3 for found in edges.values())


def test_who_is_on_the_wrong_side_passes_no_line_backwards(
    folder: Path, wrong: list[Frame]
) -> None:
    graph = {edge.id: edge for edge in network(folder).graph.edges}
    for before, frame in pairwise(wrong):
        was = {vehicle.id: vehicle for vehicle in before.vehicles}
        for passing in frame.passings:
            edge = graph[was[passing.vehicle].edge]
            assert edge.target == passing.site
            heading = was[passing.vehicle].heading
            along = bearing(edge.points[-2], edge.points[-1])
            assert abs((heading - along + 180) % 360 - 180) < 90


def test_usually_hardly_anybody_drives_the_wrong_way(folder: Path) -> None:
    assert len(breaches(told(plan(folder), 120))) <= 1
