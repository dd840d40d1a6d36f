"""Shapes that all of the map's answers share."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

DivisionCode = Annotated[
    str,
    Field(
        description="Division code (区划代码): 4 digits the city, 6 a district, 9 a street, 12 a"
        " community.",
        examples=["430405"],
    ),
]
NameZh = Annotated[str, Field(examples=["珠晖区"])]
NameEn = Annotated[str, Field(examples=["Zhuhui District"])]
Source = Annotated[
    str,
    Field(
        description="Where it comes from: cnmaps, osm, public, survey or generated.",
        examples=["generated"],
    ),
]
Bbox = Annotated[
    tuple[float, float, float, float],
    Field(
        description="West, south, east, north in degrees.",
        examples=[(112.52, 26.78, 112.76, 26.98)],
    ),
]


class PointRead(BaseModel):
    """A GeoJSON point, longitude first (RFC 7946), WGS-84."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"type": "Point", "coordinates": [112.6072, 26.8967]}}
    )

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class MultiPolygonRead(BaseModel):
    """A GeoJSON multi-polygon (RFC 7946), WGS-84."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "MultiPolygon",
                "coordinates": [[[[112.6, 26.8], [112.7, 26.8], [112.7, 26.9], [112.6, 26.8]]]],
            }
        }
    )

    type: Literal["MultiPolygon"] = "MultiPolygon"
    coordinates: list[list[list[tuple[float, float]]]]


class Named(BaseModel):
    """A code with its names."""

    model_config = ConfigDict(from_attributes=True)

    code: Annotated[str, Field(examples=["430405"])]
    name_zh: NameZh
    name_en: NameEn


def point(lon: Any, lat: Any) -> PointRead:
    """A point of two columns."""
    return PointRead(coordinates=(lon, lat))
