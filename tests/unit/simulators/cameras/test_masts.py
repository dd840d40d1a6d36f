"""Heads of traffic lights: at the crossing they are for, and with the links of their lanes."""

import math
from pathlib import Path

import pytest

from simulators.cameras.masts import heads, seen_by
from simulators.cameras.plan import Camera
from simulators.cameras.pose import Pose
from simulators.places.line import bearing, distance
from simulators.world.crossings import Crossing, crossings
from simulators.world.graph import Edge
from simulators.world.network import read_graph
from tests.unit.simulators.worlds import SEED, network


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return network(tmp_path_factory.mktemp("masts")).folder


@pytest.fixture(scope="module")
def found(folder: Path) -> list[Crossing]:
    return list(crossings(folder, SEED))


def turned(a: float, b: float) -> float:
    return abs((a - b + 180) % 360 - 180)


def test_lanes_end_before_their_crossing_from_the_middle_outward(
    found: list[Crossing], folder: Path
) -> None:
    edges: dict[str, Edge] = {edge.id: edge for edge in read_graph(folder / "network.json").edges}
    for crossing in found:
        middle = (crossing.lon, crossing.lat)
        for approach, stops in zip(crossing.approaches, crossing.stops, strict=True):
            edge = edges[approach.edge]
            assert len(stops) == edge.lanes
            asides = []
            for stop in stops:
                metres = distance((stop.lon, stop.lat), middle)
                assert 3 < metres < 45
                way = bearing((stop.lon, stop.lat), middle)
                asides.append(metres * math.sin(math.radians(stop.heading - way)))
                assert turned(stop.heading, bearing(edge.points[-2], edge.points[-1])) < 20
                assert stop.ways
            assert asides == sorted(asides)
            assert asides[0] > 0


def test_the_lane_of_a_number_is_in_its_approach(found: list[Crossing]) -> None:
    crossing = found[0]
    for approach, stops in zip(crossing.approaches, crossing.stops, strict=True):
        for lane in range(approach.first_lane, approach.first_lane + len(stops)):
            assert crossing.approach_of(lane) is stops
    assert crossing.one_way().stops == (crossing.stops[crossing.busiest],)


def test_heads_stand_beyond_the_crossing_and_face_their_traffic(found: list[Crossing]) -> None:
    for crossing in found:
        for stops in crossing.stops:
            one = crossing._replace(stops=(stops,))
            for head in heads(one):
                line = (stops[-1].lon, stops[-1].lat)
                assert turned(head.heading, stops[0].heading) < 1
                assert turned(bearing(line, (head.lon, head.lat)), head.heading) < 35
                assert distance(line, (head.lon, head.lat)) > distance(
                    line, (crossing.lon, crossing.lat)
                )
                ways = {way.link for stop in stops for way in stop.ways}
                assert set(head.links) <= ways


def test_the_left_turn_has_a_head_of_its_own(found: list[Crossing]) -> None:
    wide = next(c for c in found if len(c.approaches) == 4)
    assert len({head.height for head in heads(wide)}) == 2


def test_only_heads_near_a_live_camera_are_kept(found: list[Crossing]) -> None:
    pose = Pose(lon=found[0].lon, lat=found[0].lat)
    live, film = Camera("a", "路口", pose), Camera("b", "路口", pose, recorded=True)
    assert seen_by([film], found) == ()
    assert {head.signal for head in seen_by([live], found)} >= {found[0].signal}
    assert len(seen_by([live], found)) < sum(len(heads(c)) for c in found)
