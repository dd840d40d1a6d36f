"""Geometry on the sphere: distance, bearing, and walking along a line."""

import math
from bisect import bisect_right
from itertools import pairwise
from typing import NamedTuple

EARTH_METRES = 6_371_008.8  # mean radius (IUGG)

Point = tuple[float, float]  # longitude, latitude in degrees


def distance(a: Point, b: Point) -> float:
    """Great-circle metres between two points (haversine)."""
    (lon1, lat1), (lon2, lat2) = a, b
    north, east = math.radians(lat2 - lat1), math.radians(lon2 - lon1)
    h = (
        math.sin(north / 2) ** 2
        + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(east / 2) ** 2
    )
    return 2 * EARTH_METRES * math.asin(math.sqrt(h))


def bearing(a: Point, b: Point) -> float:
    """Degrees clockwise from north at which the great circle from a to b begins, 0 to 360."""
    (lon1, lat1), (lon2, lat2) = a, b
    east = math.radians(lon2 - lon1)
    south, north = math.radians(lat1), math.radians(lat2)
    x = math.sin(east) * math.cos(north)
    y = math.cos(south) * math.sin(north) - math.sin(south) * math.cos(north) * math.cos(east)
    return math.degrees(math.atan2(x, y)) % 360


def offset(point: Point, east: float, north: float) -> Point:
    """A point some metres away; good for distances below a few kilometres."""
    lon, lat = point
    metres = math.radians(1) * EARTH_METRES
    return lon + east / (metres * math.cos(math.radians(lat))), lat + north / metres


class Spot(NamedTuple):
    """A place on a line and the direction in which it runs there."""

    point: Point
    heading: float


class Line:
    """A polyline that can be walked along by metres."""

    def __init__(self, points: tuple[Point, ...], name: str = "") -> None:
        self.points = points
        self.name = name
        self._ends = [0.0]
        for a, b in pairwise(points):
            self._ends.append(self._ends[-1] + distance(a, b))

    @property
    def metres(self) -> float:
        return self._ends[-1]

    def at(self, metres: float) -> Spot:
        """The spot so far from the start; before the start and past the end, those."""
        metres = min(max(metres, 0.0), self.metres)
        index = min(bisect_right(self._ends, metres), len(self.points) - 1)
        a, b = self.points[index - 1], self.points[index]
        length = self._ends[index] - self._ends[index - 1]
        part = (metres - self._ends[index - 1]) / length if length else 0.0
        point = (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)
        return Spot(point, bearing(a, b))

    def reversed(self) -> "Line":
        return Line(self.points[::-1], self.name)
