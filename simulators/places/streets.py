"""The streets as a network: lines between crossings, and the crossings by name."""

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from random import Random
from typing import NamedTuple

from shapely import LineString, STRtree, get_parts, node
from shapely import Point as ShapelyPoint
from shapely.geometry import MultiLineString

from simulators.places.line import Line, Point, offset

KERB_METRES = 9.0  # how far from the middle of the street its furniture stands

BRANCH = "branch"  # these would only make the fleet's network slow to read
STUB_METRES = 80.0  # blind ends shorter than this are slips of the pen at a crossing
TOUCH_DEGREES = 1e-6  # about 10 cm

# Rough quarters of the built-up area, for a fleet without a map; on one that has a map the register
# gets the true divisions. The Xiang river parts 珠晖 from the rest.
RIVER_LONGITUDE = 112.6205
ZHUHUI, YANFENG, SHIGU, ZHENGXIANG = "430405", "430406", "430407", "430408"


def division_of(point: Point) -> str:
    """Code of the district a place in the urban area lies in, roughly."""
    lon, lat = point
    if lon > RIVER_LONGITUDE and lat < 26.915:
        return ZHUHUI
    if lat > 26.8985:
        return SHIGU if lon > 112.595 else ZHENGXIANG
    return YANFENG if lon > 112.597 else ZHENGXIANG


class Place(NamedTuple):
    """Where something stands."""

    point: Point
    street: str


@dataclass(frozen=True)
class Crossing:
    """Where streets meet; `names` in the order of the file."""

    point: Point
    names: tuple[str, ...]


@dataclass
class Network:
    """Lines between crossings; each can be driven both ways."""

    streets: list[Line]
    lines: list[Line] = field(default_factory=list)
    leaving: dict[Point, list[Line]] = field(default_factory=dict)
    crossings: list[Crossing] = field(default_factory=list)

    def beside(self, chance: Random) -> Place:
        """A random place at the kerb, each metre of street as likely as any other."""
        line = chance.choices(self.streets, [street.metres for street in self.streets])[0]
        spot = line.at(chance.uniform(0, line.metres))
        side = chance.choice((-1, 1)) * (KERB_METRES + chance.uniform(0, 4))
        return Place(offset(spot.point, side, side * chance.uniform(-0.3, 0.3)), line.name)

    def onward(self, line: Line, chance: Random) -> Line:
        """Where to drive at the end of a line; back only where there is no other way."""
        ways = self.leaving[line.points[-1]]
        others = [way for way in ways if way.points[-1] != line.points[0]]
        return chance.choice(others or ways)


def _snap(point: Point) -> Point:
    return round(point[0], 6), round(point[1], 6)


def _read(file: str | None) -> list[Line]:
    drawn = resources.files("simulators.places").joinpath("streets.geojson")
    text = (Path(file) if file else drawn).read_text("utf-8")
    found = json.loads(text)["features"]
    wide = [street for street in found if street["properties"].get("class") != BRANCH]
    return [
        Line(tuple(map(tuple, street["geometry"]["coordinates"])), street["properties"]["name"])
        for street in wide or found
    ]


@cache
def network(file: str | None = None) -> Network:
    """The network of a file, read once; nobody changes it. Without one: the streets drawn by hand.

    The file is GeoJSON: LineStrings with a `name`, in WGS-84, that share places where they cross.
    Where they name a `class`, branches are left out: devices stand on wider roads.
    """
    made = Network(_read(file))
    shapes = [LineString(street.points) for street in made.streets]
    parts = [
        Line(tuple(_snap(point) for point in part.coords))
        for part in get_parts(node(MultiLineString(shapes)))
    ]
    ends = Counter(end for part in parts for end in (part.points[0], part.points[-1]))
    for part in parts:
        blind = min(ends[part.points[0]], ends[part.points[-1]]) == 1
        if blind and part.metres < STUB_METRES:
            continue
        for way in (part, part.reversed()):
            made.lines.append(way)
            made.leaving.setdefault(way.points[0], []).append(way)
    tree = STRtree(shapes)
    made.crossings = [
        Crossing(point, names)
        for point in sorted(made.leaving)
        if len(names := _names_at(point, made.streets, tree)) > 1
    ]
    return made


def _names_at(point: Point, streets: list[Line], tree: STRtree) -> tuple[str, ...]:
    """Of the streets that touch a place, each name once, in the order of the file."""
    near = tree.query(ShapelyPoint(point), predicate="dwithin", distance=TOUCH_DEGREES)
    return tuple(dict.fromkeys(streets[index].name for index in sorted(near)))
