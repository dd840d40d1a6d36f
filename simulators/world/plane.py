"""The plane of the world: metres east and north of an origin, exactly invertible."""

import math
from typing import NamedTuple

EQUATOR_METRES = 6_378_137.0  # WGS-84
FLATTENING = 1 / 298.257223563


class Plane(NamedTuple):
    """Equirectangular about an origin, with the radii of the WGS-84 ellipsoid there.

    Lengths are true at the origin and wrong by less than 2 per mille 20 km north or south of it.
    """

    lon: float
    lat: float
    east_metres: float  # a degree of longitude
    north_metres: float  # a degree of latitude

    @classmethod
    def at(cls, lon: float, lat: float) -> "Plane":
        """The plane that touches the ellipsoid at a place in degrees."""
        squared = FLATTENING * (2 - FLATTENING)  # of the eccentricity
        sine = math.sin(math.radians(lat))
        root = math.sqrt(1 - squared * sine * sine)
        across = EQUATOR_METRES / root * math.cos(math.radians(lat))
        along = EQUATOR_METRES * (1 - squared) / root**3
        return cls(lon, lat, math.radians(across), math.radians(along))

    def metres(self, lon: float, lat: float) -> tuple[float, float]:
        """Metres east and north of the origin."""
        return (lon - self.lon) * self.east_metres, (lat - self.lat) * self.north_metres

    def degrees(self, east: float, north: float) -> tuple[float, float]:
        """Longitude and latitude of a place in metres."""
        return self.lon + east / self.east_metres, self.lat + north / self.north_metres
