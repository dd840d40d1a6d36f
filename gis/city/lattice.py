"""The lattice of streets that the generated city is drawn on: squares, turned and gently bent."""

from functools import cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.city.districts import URBAN
from gis.coordinates import to_plane

Metres = NDArray[np.float64]

SIDE = 100.0  # metres: the square of a unit grid
STREET_EVERY = 3  # sides between two streets
COMMUNITY_SIDES = 6  # a community is a square of so many unit grids

_TURN = np.radians(6.0)
_BEND, _WAVE = 180.0, 6000.0  # metres: areas change by 4 % at most
_PHASE_U, _PHASE_V = 0.7, 2.1
_INVERSE_TURNS = 24  # each leaves a fifth of the error before


@cache
def _origin() -> tuple[float, float]:
    """The centre of the urban area in the plane."""
    east, north = to_plane(URBAN.lon, URBAN.lat)
    return float(east), float(north)


def plane_of(u: ArrayLike, v: ArrayLike) -> tuple[Metres, Metres]:
    """From lattice metres, to the right and up, to the plane of EPSG:4547."""
    across, up = np.asarray(u, dtype=np.float64), np.asarray(v, dtype=np.float64)
    x = across + _BEND * np.sin(2 * np.pi * up / _WAVE + _PHASE_U)
    y = up + _BEND * np.sin(2 * np.pi * across / _WAVE + _PHASE_V)
    cos, sin = np.cos(_TURN), np.sin(_TURN)
    east, north = _origin()
    return east + x * cos - y * sin, north + x * sin + y * cos


def lattice_of(east: ArrayLike, north: ArrayLike) -> tuple[Metres, Metres]:
    """Back from the plane to lattice metres."""
    origin = _origin()
    dx = np.asarray(east, dtype=np.float64) - origin[0]
    dy = np.asarray(north, dtype=np.float64) - origin[1]
    cos, sin = np.cos(_TURN), np.sin(_TURN)
    x, y = dx * cos + dy * sin, dy * cos - dx * sin
    u, v = x, y
    for _ in range(_INVERSE_TURNS):
        u, v = (
            x - _BEND * np.sin(2 * np.pi * v / _WAVE + _PHASE_U),
            y - _BEND * np.sin(2 * np.pi * u / _WAVE + _PHASE_V),
        )
    return u, v


def span(area: shapely.Geometry) -> tuple[int, int, int, int]:
    """First and last column, first and last row of the squares that may touch an area."""
    west, south, east, north = shapely.bounds(area)
    edge = shapely.get_coordinates(shapely.segmentize(shapely.box(west, south, east, north), SIDE))
    u, v = lattice_of(edge[:, 0], edge[:, 1])
    low = np.floor(np.array([u.min(), v.min()]) / SIDE).astype(int) - 1
    high = np.ceil(np.array([u.max(), v.max()]) / SIDE).astype(int) + 1
    return int(low[0]), int(high[0]), int(low[1]), int(high[1])


def lines(first: int, last: int, low: int, high: int) -> NDArray[np.object_]:
    """All lines of the lattice in a span, in the plane: columns, then rows."""
    columns, rows = np.arange(first, last + 1) * SIDE, np.arange(low, high + 1) * SIDE
    upright = [plane_of(np.full(rows.shape, u), rows) for u in columns]
    level = [plane_of(columns, np.full(columns.shape, v)) for v in rows]
    return np.array(
        [shapely.LineString(np.column_stack(points)) for points in (*upright, *level)],
        dtype=object,
    )
