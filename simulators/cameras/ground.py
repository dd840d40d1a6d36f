"""What stands still about a camera: roads with lanes, crossings, buildings, trees and lamps."""

import json
import math
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from simulators.cameras.pose import Floats, Pose
from simulators.randomness import generator
from simulators.world.graph import ANY_CLASS, CLASSES

REACH_METRES = 260.0  # what is farther away is too small to be seen
LANE_METRES = 3.2  # SUMO's default
CORNER_METRES = 4.5  # from the edge of the crossing road to the stop line
PAVEMENT_METRES = 5.0
SHORTEST_ARM_METRES = 5.0
_CLEAR_METRES = 16.0  # about a camera
_STEP_METRES = 25.0  # between two buildings
_HEIGHTS = (8.0, 42.0)
_FACADES = ((150, 168, 182), (138, 150, 158), (172, 178, 186), (120, 138, 168), (158, 150, 140))
_PARALLEL = 0.9  # cosine above which two arms are one street that goes on


class Street(NamedTuple):
    """A street; points in metres east and north of the camera."""

    points: Floats
    half: float  # metres from its middle to the kerb
    lanes: int


class Arm(NamedTuple):
    """One street that leaves a crossing: unit vector outward, and where its stop line lies."""

    outward: Floats
    half: float
    lanes: int
    stop: float  # metres from the crossing


class Crossing(NamedTuple):
    """Where streets meet."""

    point: Floats
    arms: tuple[Arm, ...]


class Building(NamedTuple):
    """A block: corners on the ground (4, 2), height in metres, colour, and a seed of its own."""

    corners: Floats
    height: float
    colour: tuple[int, int, int]
    number: int


class Ground(NamedTuple):
    """All that does not move within reach of a camera."""

    streets: list[Street]
    crossings: list[Crossing]
    buildings: list[Building]
    trees: Floats  # (n, 2)
    lamps: Floats  # (n, 2)


class MapStreet(NamedTuple):
    """A street of the file, in degrees."""

    points: NDArray[np.float64]
    lanes: int


@cache
def streets_of(file: str | None) -> list[MapStreet]:
    """The streets of a GeoJSON file: LineStrings in WGS-84, by their `class` so many lanes wide.

    Without a file: those drawn by hand.
    """
    drawn = resources.files("simulators.places").joinpath("streets.geojson")
    text = (Path(file) if file else drawn).read_text("utf-8")
    return [
        MapStreet(
            np.array(street["geometry"]["coordinates"], float)[:, :2],
            CLASSES.get(street["properties"].get("class", ANY_CLASS), CLASSES[ANY_CLASS]).lanes,
        )
        for street in json.loads(text)["features"]
    ]


def about(pose: Pose, streets: Sequence[MapStreet], seed: int) -> Ground:
    """What stands about a camera; the same seed builds the same houses."""
    near = list(_near(pose, streets))
    crossings = _crossings(near)
    corridors = shapely.union_all(
        [shapely.LineString(s.points).buffer(s.half + PAVEMENT_METRES) for s in near]
    )
    buildings = list(_buildings(pose, near, corridors, seed))
    trees, lamps = _beside(near, crossings)
    return Ground(near, crossings, buildings, trees, lamps)


def _near(pose: Pose, streets: Sequence[MapStreet]) -> Iterator[Street]:
    box = shapely.box(-REACH_METRES, -REACH_METRES, REACH_METRES, REACH_METRES)
    for street in streets:
        flat = pose.metres(street.points[:, 0], street.points[:, 1])
        line = shapely.LineString(flat)
        if line.intersects(box):
            for part in shapely.get_parts(line.intersection(box)):
                if part.geom_type == "LineString" and part.length > 1:
                    half = street.lanes * LANE_METRES
                    yield Street(shapely.get_coordinates(part), half, street.lanes)


def _crossings(streets: list[Street]) -> list[Crossing]:
    lines = [shapely.LineString(street.points) for street in streets]
    places: list[Floats] = []
    for a, b in combinations(lines, 2):
        if a.dwithin(b, 0.5):
            spot = shapely.get_coordinates(shapely.shortest_line(a, b))[0]
            if all(math.dist(spot, other) > 3 for other in places):
                places.append(spot)
    found = []
    for place in places:
        arms = [arm for street in streets for arm in _leaving(street, place)]
        if len(arms) > 2:
            found.append(Crossing(place, tuple(_with_stops(arms))))
    return found


def _leaving(street: Street, place: Floats) -> Iterator[Arm]:
    line, spot = shapely.LineString(street.points), shapely.Point(place)
    if line.distance(spot) > 0.5:
        return
    along = line.project(spot)
    for there in (along - 20, along + 20):
        bounded = min(max(there, 0.0), line.length)
        if abs(bounded - along) > SHORTEST_ARM_METRES:
            end = line.interpolate(bounded)
            away = np.array([end.x, end.y]) - place
            yield Arm(away / float(np.hypot(*away)), street.half, street.lanes, 0.0)


def _with_stops(arms: list[Arm]) -> Iterator[Arm]:
    for arm in arms:
        others = [o.half for o in arms if abs(float(o.outward @ arm.outward)) < _PARALLEL]
        yield arm._replace(stop=max(others, default=arm.half) + CORNER_METRES)


def _spots(street: Street, step: float) -> Iterator[tuple[Floats, Floats]]:
    """Places along a street and the unit vectors of its direction there."""
    for a, b in pairwise(street.points):
        length = float(np.hypot(*(b - a)))
        if length < 1:
            continue
        way = (b - a) / length
        for along in np.arange(step / 2, length, step):
            yield a + way * along, way


def _buildings(
    pose: Pose, streets: list[Street], corridors: shapely.Geometry, seed: int
) -> Iterator[Building]:
    built: list[shapely.Polygon] = []
    for street in streets:
        for spot, way in _spots(street, _STEP_METRES):
            for side in (-1, 1):
                chance = generator(seed, "house", *_address(pose, spot), side)
                wide, deep = chance.uniform(17, 23), chance.uniform(11, 18)
                right = np.array([way[1], -way[0]]) * side
                front = spot + right * (street.half + PAVEMENT_METRES + chance.uniform(1, 5))
                across = way * wide / 2
                back = right * deep
                corners = np.array(
                    [front - across, front + across, front + across + back, front - across + back]
                )
                shape = shapely.Polygon(corners)
                if shape.distance(shapely.Point(0, 0)) < _CLEAR_METRES:
                    continue  # nobody hangs a camera so that a wall fills its picture
                if shape.intersects(corridors) or any(shape.intersects(b) for b in built):
                    continue
                built.append(shape)
                height = chance.triangular(*_HEIGHTS, 14)
                yield Building(corners, height, chance.choice(_FACADES), chance.randrange(2**31))


def _address(pose: Pose, spot: Floats) -> tuple[int, int]:
    """A place of the city that does not depend on who looks at it."""
    return round((pose.lon + spot[0] * 1e-5) * 1e4), round((pose.lat + spot[1] * 9e-6) * 1e4)


def _beside(streets: list[Street], crossings: list[Crossing]) -> tuple[Floats, Floats]:
    """Places of trees and of lamps along the kerbs."""
    roads = shapely.union_all([shapely.LineString(s.points).buffer(s.half) for s in streets])
    shapely.prepare(roads)

    def free(step: float, gap: float) -> Floats:
        spots = [
            spot + np.array([way[1], -way[0]]) * side * (street.half + gap)
            for street in streets
            for spot, way in _spots(street, step)
            for side in (-1, 1)
        ]
        kept = [
            spot
            for spot in spots
            if not roads.intersects(shapely.Point(spot))
            and all(math.dist(spot, c.point) > 24 for c in crossings)
            and math.hypot(*spot) > 12
        ]
        return np.array(kept).reshape(-1, 2)

    return free(14.0, 2.6), free(35.0, 1.0)
