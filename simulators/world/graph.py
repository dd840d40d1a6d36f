"""The road graph of the world, from the streets of a map: crossings and directed edges."""

import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import shapely
from msgspec import Struct
from shapely import LineString, STRtree, get_parts, node
from shapely.geometry import MultiLineString

from simulators.places.streets import STUB_METRES, TOUCH_DEGREES
from simulators.world.plane import Plane

Point = tuple[float, float]  # longitude, latitude
ARMS = 3  # what fewer streets share is a bend or an end, no crossing


class RoadClass(NamedTuple):
    """What a class of roads has in each direction."""

    lanes: int
    limit: float  # m/s
    priority: int  # SUMO's: who gives way where there is no signal


CLASSES = {
    "expressway": RoadClass(3, 80 / 3.6, 10),
    "main": RoadClass(3, 60 / 3.6, 8),
    "secondary": RoadClass(2, 50 / 3.6, 6),
    "branch": RoadClass(1, 40 / 3.6, 4),
}
ANY_CLASS = "secondary"  # of a street that names none


class StreetsInvalid(ValueError):
    """The file of streets cannot become a network."""


class Node(Struct):
    """A crossing, bend or end. `signal`: traffic lights stand there, named like the node."""

    id: str
    lon: float
    lat: float
    signal: bool


class Edge(Struct):
    """One direction of a road between two nodes; `points` run from source to target."""

    id: str
    source: str
    target: str
    reverse: str  # id of the other direction
    name: str
    road_class: str
    lanes: int
    limit: float  # m/s
    length: float  # metres
    points: list[Point]


class Graph(Struct):
    """The whole network; origin of the plane in degrees."""

    origin: Point
    nodes: list[Node]
    edges: list[Edge]

    @property
    def plane(self) -> Plane:
        return Plane.at(*self.origin)


class _Street(NamedTuple):
    name: str
    kind: str
    line: LineString


class _Stretch(NamedTuple):
    street: _Street
    points: tuple[Point, ...]


def build(file: Path) -> Graph:
    """The graph of a GeoJSON file of streets: LineStrings in WGS-84 with `name` and `class`.

    Streets are cut where they meet. Blind ends shorter than 80 m and whatever hangs together with
    fewer roads than the largest part are left out. Ids follow from the places alone.

    Raises:
        StreetsInvalid: it is no such file, or nothing is left.
    """
    streets = _read(file)
    stretches = _largest(_without_stubs(_cut(streets)))
    if not stretches:
        raise StreetsInvalid(f"{file} has no streets that meet")
    places = sorted({end for s in stretches for end in (s.points[0], s.points[-1])})
    west, east = places[0][0], places[-1][0]
    lats = [lat for _, lat in places]
    origin = (round((west + east) / 2, 6), round((min(lats) + max(lats)) / 2, 6))
    names = {place: f"n{number}" for number, place in enumerate(places)}
    arms = defaultdict(list)
    for stretch in stretches:
        for end in (stretch.points[0], stretch.points[-1]):
            arms[end].append(stretch.street.kind)
    nodes = [Node(names[place], *place, _has_signal(arms[place])) for place in places]
    plane = Plane.at(*origin)
    edges = [e for n, s in enumerate(stretches) for e in _both_ways(n, s, names, plane)]
    return Graph(origin, nodes, edges)


def _has_signal(kinds: list[str]) -> bool:
    """Signals stand where a road wider than a branch crosses or meets something."""
    return len(kinds) >= ARMS and sum(kind != "branch" for kind in kinds) > 1


def _both_ways(
    number: int, stretch: _Stretch, names: dict[Point, str], plane: Plane
) -> Iterable[Edge]:
    kind = CLASSES[stretch.street.kind]
    flat = [plane.metres(*point) for point in stretch.points]
    metres = round(sum(math.dist(a, b) for a, b in itertools.pairwise(flat)), 2)
    ids = (f"e{number}", f"e{number}r")
    for name, other, points in (
        (ids[0], ids[1], stretch.points),
        (ids[1], ids[0], stretch.points[::-1]),
    ):
        yield Edge(
            id=name,
            source=names[points[0]],
            target=names[points[-1]],
            reverse=other,
            name=stretch.street.name,
            road_class=stretch.street.kind,
            lanes=kind.lanes,
            limit=round(kind.limit, 3),
            length=metres,
            points=list(points),
        )


def _read(file: Path) -> list[_Street]:
    try:
        found = json.loads(file.read_text("utf-8"))["features"]
        streets = [
            _Street(
                str(f["properties"].get("name", "")),
                str(f["properties"].get("class", ANY_CLASS)),
                LineString(f["geometry"]["coordinates"]),
            )
            for f in found
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, shapely.GEOSException) as e:
        raise StreetsInvalid(f"{file} is no GeoJSON of streets: {e!r}") from e
    unknown = sorted({s.kind for s in streets} - CLASSES.keys())
    if unknown:
        raise StreetsInvalid(f"{file}: no class {unknown[0]!r}; there are {', '.join(CLASSES)}")
    if not streets:
        raise StreetsInvalid(f"{file} has no streets")
    return streets


def _cut(streets: list[_Street]) -> list[_Stretch]:
    lines = [street.line for street in streets]
    tree = STRtree(lines)
    found = []
    for part in get_parts(node(MultiLineString(lines))):
        middle = part.interpolate(0.5, normalized=True)
        near = tree.query(middle, predicate="dwithin", distance=TOUCH_DEGREES)
        points = tuple((round(x, 6), round(y, 6)) for x, y in part.coords)
        if len(near) and points[0] != points[-1]:
            found.append(_Stretch(streets[min(near)], points))
    return sorted(found, key=lambda stretch: stretch.points)


def _without_stubs(stretches: list[_Stretch]) -> list[_Stretch]:
    ends = Counter(end for s in stretches for end in (s.points[0], s.points[-1]))

    def stays(stretch: _Stretch) -> bool:
        first, last = stretch.points[0], stretch.points[-1]
        if min(ends[first], ends[last]) > 1:
            return True
        plane = Plane.at(*first)
        return math.hypot(*plane.metres(*last)) >= STUB_METRES

    return [stretch for stretch in stretches if stays(stretch)]


def _largest(stretches: list[_Stretch]) -> list[_Stretch]:
    """Those of the part of the network that most of them belong to."""
    beside: dict[Point, list[int]] = defaultdict(list)
    for number, stretch in enumerate(stretches):
        for end in (stretch.points[0], stretch.points[-1]):
            beside[end].append(number)
    part: dict[int, int] = {}
    for first in range(len(stretches)):
        waiting = [] if first in part else [first]
        while waiting:
            number = waiting.pop()
            if number not in part:
                part[number] = first
                points = stretches[number].points
                waiting += beside[points[0]] + beside[points[-1]]
    sizes = Counter(part.values())
    largest = max(sizes, key=lambda first: (sizes[first], -first), default=None)
    return [stretch for number, stretch in enumerate(stretches) if part[number] == largest]
