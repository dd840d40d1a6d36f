"""GeoJSON (RFC 7946) as the API shows and takes it: WGS-84, longitude first."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Longitude = Annotated[float, Field(ge=-180, le=180, description="Degrees east, WGS-84.")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="Degrees north, WGS-84.")]
Position = tuple[Longitude, Latitude]
Ring = Annotated[list[Position], Field(min_length=4, max_length=1000)]


class Point(BaseModel):
    """A GeoJSON point, longitude first (RFC 7946)."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={"example": {"type": "Point", "coordinates": [112.6072, 26.8967]}},
    )

    type: Literal["Point"] = "Point"
    coordinates: tuple[Longitude, Latitude]


class Polygon(BaseModel):
    """A GeoJSON polygon: the outer ring, then its holes; each ring ends where it begins."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={
            "example": {
                "type": "Polygon",
                "coordinates": [
                    [[112.6, 26.88], [112.62, 26.88], [112.62, 26.9], [112.6, 26.88]],
                ],
            }
        },
    )

    type: Literal["Polygon"] = "Polygon"
    coordinates: Annotated[list[Ring], Field(min_length=1, max_length=20)]
