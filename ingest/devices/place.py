"""Where a device stands: a GeoJSON point in WGS-84."""

from geoalchemy2 import WKTElement

from center.errors import Invalid
from center.geojson import Point
from center.settings import IngestSettings, settings

__all__ = ["OutsideArea", "Point", "check_area", "stored"]


class OutsideArea(Invalid):
    """The place lies outside the area of operation: are longitude and latitude swapped?"""


def stored(place: Point | None) -> WKTElement | None:
    """The point as the database takes it.

    Raises:
        OutsideArea: it lies where this city has no devices.
    """
    if place is None:
        return None
    lon, lat = place.coordinates
    check_area(lon, lat)
    return WKTElement(f"POINT({lon!r} {lat!r})", srid=4326)


def check_area(lon: float, lat: float) -> None:
    """Refuses what ingest would refuse as a fix of a vehicle, too.

    Raises:
        OutsideArea
    """
    west, south, east, north = settings(IngestSettings).operating_area
    if not (west <= lon <= east and south <= lat <= north):
        raise OutsideArea()
