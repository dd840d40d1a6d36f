"""Where a device stands: a GeoJSON point in WGS-84."""

from typing import Annotated, Literal

from geoalchemy2 import WKTElement
from pydantic import BaseModel, ConfigDict, Field

from center.errors import Invalid
from center.settings import IngestSettings, settings

Longitude = Annotated[float, Field(ge=-180, le=180, description="Degrees east, WGS-84.")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="Degrees north, WGS-84.")]


class Point(BaseModel):
    """A GeoJSON point, longitude first (RFC 7946)."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={"example": {"type": "Point", "coordinates": [112.6072, 26.8967]}},
    )

    type: Literal["Point"] = "Point"
    coordinates: tuple[Longitude, Latitude]


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
