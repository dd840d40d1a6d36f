"""Streets, and what drives on them."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from simulators.places.line import Line, bearing, distance, offset
from simulators.places.streets import network
from simulators.vehicles import BRAKING, CRUISE, Vehicle

NOON = 1_795_320_000.0
METRES_PER_DEGREE = 111_195.0
longitudes, latitudes = st.floats(112.5, 112.7), st.floats(26.8, 27.0)
points = st.tuples(longitudes, latitudes)


def test_distance_and_bearing_agree_with_published_ones() -> None:
    # Baghdad to Osaka, the standard example of great-circle navigation: bearing 60 degrees.
    assert bearing((45.0, 35.0), (135.0, 35.0)) == pytest.approx(60.16, abs=0.02)
    assert distance((0.0, 0.0), (0.0, 1.0)) == pytest.approx(METRES_PER_DEGREE, rel=1e-4)
    assert distance((0.0, 60.0), (1.0, 60.0)) == pytest.approx(METRES_PER_DEGREE / 2, rel=1e-3)


@given(points, st.floats(-500, 500), st.floats(-500, 500))
def test_an_offset_lies_as_far_as_it_says(point, east, north) -> None:
    moved = offset(point, east, north)
    assert distance(point, moved) == pytest.approx((east**2 + north**2) ** 0.5, rel=0.01, abs=0.01)


@given(points, points)
def test_bearings_are_degrees_of_a_compass_and_turn_round(a, b) -> None:
    if distance(a, b) > 1:
        assert 0 <= bearing(a, b) < 360
        turned = (bearing(b, a) - bearing(a, b)) % 360
        assert turned == pytest.approx(180, abs=0.5)


def test_a_line_is_walked_by_metres() -> None:
    line = Line(((112.60, 26.90), (112.61, 26.90), (112.61, 26.91)))
    assert line.at(0).point == (112.60, 26.90)
    assert line.at(line.metres).point == pytest.approx((112.61, 26.91))
    assert line.at(10).heading == pytest.approx(90, abs=0.1)
    assert line.at(line.metres - 10).heading == pytest.approx(0, abs=0.1) or line.at(
        line.metres - 10
    ).heading == pytest.approx(360, abs=0.1)
    assert distance(line.points[0], line.at(123.0).point) == pytest.approx(123.0, rel=1e-3)
    assert line.at(-5).point == line.at(0).point
    assert line.at(line.metres + 5).point == line.at(line.metres).point


def test_the_streets_hang_together() -> None:
    streets = network()
    seen, todo = set(), [streets.lines[0].points[0]]
    while todo:
        point = todo.pop()
        if point not in seen:
            seen.add(point)
            todo += [line.points[-1] for line in streets.leaving[point]]
    assert seen == set(streets.leaving)
    assert len(streets.crossings) >= 30


def test_a_vehicle_stays_on_the_streets_and_moves_as_fast_as_it_says() -> None:
    shapes = [LineString(street.points) for street in network().streets]
    vehicle = Vehicle(1.0, Random(11), network(), 0.4)
    due, seen = vehicle.begin(NOON), []
    for _ in range(1200):
        (body,), due = vehicle.step(due)
        seen.append(body.fields)
    for fields in seen:
        here = Point(fields["lon"], fields["lat"])
        assert min(shape.distance(here) for shape in shapes) * METRES_PER_DEGREE < 15
        assert 0 <= fields["speed_mps"] <= CRUISE[1]
        assert 0 <= fields["heading_deg"] < 360
    for a, b in zip(seen, seen[30:], strict=False):
        moved = distance((a["lon"], a["lat"]), (b["lon"], b["lat"]))
        assert moved <= 30 * CRUISE[1] + 20
    changes = [abs(b["speed_mps"] - a["speed_mps"]) for a, b in pairwise(seen)]
    assert max(changes) <= BRAKING + 0.01


def test_a_vehicle_stops_and_goes() -> None:
    vehicle = Vehicle(1.0, Random(5), network(), 0.4)
    due, speeds = vehicle.begin(NOON), []
    for _ in range(3600):
        (body,), due = vehicle.step(due)
        speeds.append(body.fields["speed_mps"])
    assert 0.05 < sum(speed == 0 for speed in speeds) / len(speeds) < 0.8
    assert max(speeds) > 4


def test_a_heading_is_the_way_the_vehicle_moves() -> None:
    vehicle = Vehicle(1.0, Random(8), network(), 0.4)
    due, seen = vehicle.begin(NOON), []
    for _ in range(1200):
        (body,), due = vehicle.step(due)
        seen.append(body.fields)
    checked = 0
    for a, b in zip(seen, seen[20:], strict=False):
        ends = ((a["lon"], a["lat"]), (b["lon"], b["lat"]))
        if distance(*ends) > 100 and abs(a["heading_deg"] - b["heading_deg"]) < 1:
            checked += 1
            off = (bearing(*ends) - a["heading_deg"] + 180) % 360 - 180
            assert abs(off) < 8
    assert checked > 50
