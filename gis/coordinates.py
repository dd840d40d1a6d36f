"""Coordinates at the two edges: GCJ-02 and BD-09 against WGS-84, and the plane of CGCS2000."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]

# The published obfuscation of GCJ-02 uses the ellipsoid of Krasovsky 1940.
_AXIS, _ECCENTRICITY2 = 6_378_245.0, 0.006_693_421_622_965_943
# BD-09 turns GCJ-02 once more, by this angle per degree.
_BAIDU_TURN = np.pi * 3000.0 / 180.0
_BAIDU_EAST, _BAIDU_NORTH = 0.0065, 0.006

# The inverse of GCJ-02 has no closed form. Its shift changes by less than 0.2 % per metre, so each
# turn of a fixed-point iteration gains more than two digits; six leave less than a micrometre.
_TURNS = 6

GAUSS_KRUGER_111E = 4546  # CGCS2000 / 3-degree, central meridian 111 E: the west of the city
GAUSS_KRUGER_114E = 4547  # the same at 114 E: the urban area and all that we measure


class LonLat(NamedTuple):
    """Longitudes and latitudes in degrees."""

    lon: Degrees
    lat: Degrees


def in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Whether the published GCJ-02 shifts a place at all: a rough box around the country."""
    east, north = _arrays(lon, lat)
    inside = (east >= 72.004) & (east <= 137.8347) & (north >= 0.8293) & (north <= 55.8271)
    return np.asarray(inside, dtype=np.bool_)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Where a Chinese commercial map shows a place; outside China nothing is shifted."""
    east, north = _arrays(lon, lat)
    shift = _shift(east, north)
    inside = in_china(east, north)
    return LonLat(
        np.where(inside, east + shift.lon, east), np.where(inside, north + shift.lat, north)
    )


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Where a place of a Chinese commercial map truly is; round trips agree below a millimetre."""
    east, north = _arrays(lon, lat)
    true = LonLat(east.copy(), north.copy())
    for _ in range(_TURNS):
        shift = _shift(*true)
        true = LonLat(east - shift.lon, north - shift.lat)
    inside = in_china(*true)
    return LonLat(np.where(inside, true.lon, east), np.where(inside, true.lat, north))


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """From GCJ-02 to the coordinates of Baidu's maps."""
    east, north = _arrays(lon, lat)
    radius = np.hypot(east, north) + 0.000_02 * np.sin(north * _BAIDU_TURN)
    angle = np.arctan2(north, east) + 0.000_003 * np.cos(east * _BAIDU_TURN)
    return LonLat(radius * np.cos(angle) + _BAIDU_EAST, radius * np.sin(angle) + _BAIDU_NORTH)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """From Baidu's coordinates to GCJ-02, by the same iteration as the inverse of GCJ-02."""
    east, north = _arrays(lon, lat)
    true = LonLat(east - _BAIDU_EAST, north - _BAIDU_NORTH)
    for _ in range(_TURNS):
        shown = gcj02_to_bd09(*true)
        true = LonLat(true.lon + east - shown.lon, true.lat + north - shown.lat)
    return true


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """From WGS-84 to Baidu's coordinates."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """From Baidu's coordinates to WGS-84."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def to_plane(
    lon: ArrayLike, lat: ArrayLike, epsg: int = GAUSS_KRUGER_114E
) -> tuple[Degrees, Degrees]:
    """Metres east (with the false easting of 500 km) and north; CGCS2000 is taken as WGS-84.

    The two differ by centimetres, which no device of ours can tell.
    """
    east, north = _projection(epsg).transform(*_arrays(lon, lat))
    return np.asarray(east), np.asarray(north)


def from_plane(east: ArrayLike, north: ArrayLike, epsg: int = GAUSS_KRUGER_114E) -> LonLat:
    """Back from the plane of `to_plane`."""
    lon, lat = _projection(epsg).transform(*_arrays(east, north), direction="INVERSE")
    return LonLat(np.asarray(lon), np.asarray(lat))


@cache
def _projection(epsg: int) -> Any:
    """Geographic CGCS2000 to the plane, always longitude first."""
    return pyproj.Transformer.from_crs(4490, epsg, always_xy=True)


def _arrays(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    return LonLat(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))


def _shift(lon: Degrees, lat: Degrees) -> LonLat:
    """Degrees by which GCJ-02 moves a place, as published since 2010 in many open programs."""
    x, y = lon - 105.0, lat - 35.0
    wave = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + (wave + _waves(y, 20.0, 40.0)) * 2.0 / 3.0
    north = north + (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2 / 3
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + (wave + _waves(x, 20.0, 40.0)) * 2.0 / 3.0
    east = east + (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2 / 3
    latitude = np.radians(lat)
    curve = 1 - _ECCENTRICITY2 * np.sin(latitude) ** 2
    meridian = _AXIS * (1 - _ECCENTRICITY2) / (curve * np.sqrt(curve))
    parallel = _AXIS / np.sqrt(curve) * np.cos(latitude)
    return LonLat(np.degrees(east / parallel), np.degrees(north / meridian))


def _waves(along: Degrees, full: float, third: float) -> Degrees:
    return np.asarray(full * np.sin(along * np.pi) + third * np.sin(along / 3.0 * np.pi))
