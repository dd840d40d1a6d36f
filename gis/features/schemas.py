"""The documents of OGC API - Features, part 1 (OGC 17-069r4)."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
GEOJSON_CLASS = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson"
GEOJSON = "application/geo+json"


class Link(BaseModel):
    """Where to go on."""

    href: Annotated[str, Field(examples=["http://127.0.0.1:8000/api/v1/ogc/collections"])]
    rel: Annotated[str, Field(examples=["data"])]
    type: Annotated[str, Field(examples=["application/json"])]
    title: Annotated[str, Field(examples=["The collections"])]


class Landing(BaseModel):
    """Where a client begins."""

    title: Annotated[str, Field(examples=["数字衡阳 Digital Hengyang"])]
    description: Annotated[str, Field(examples=["The public layers of the city's map."])]
    links: list[Link]


class Conformance(BaseModel):
    """Which parts of the standard are kept."""

    conforms_to: Annotated[
        list[str], Field(serialization_alias="conformsTo", examples=[[CORE, GEOJSON_CLASS]])
    ]


class SpatialExtent(BaseModel):
    """The box around the city."""

    bbox: Annotated[
        list[tuple[float, float, float, float]],
        Field(examples=[[(110.53, 26.12, 113.28, 27.47)]]),
    ]
    crs: Annotated[str, Field(examples=[CRS84])] = CRS84


class Extent(BaseModel):
    """Where the features of a collection are."""

    spatial: SpatialExtent


class CollectionRead(BaseModel):
    """A collection of features."""

    id: Annotated[str, Field(examples=["districts"])]
    title: Annotated[str, Field(examples=["Districts 区县"])]
    description: Annotated[str, Field(examples=["Districts of the city."])]
    links: list[Link]
    extent: Extent | None
    item_type: Annotated[str, Field(serialization_alias="itemType", examples=["feature"])] = (
        "feature"
    )
    crs: Annotated[list[str], Field(examples=[[CRS84]])] = [CRS84]


class CollectionList(BaseModel):
    """All collections."""

    links: list[Link]
    collections: list[CollectionRead]


_FEATURE: dict[str, Any] = {
    "type": "Feature",
    "id": "430405",
    "geometry": {"type": "Point", "coordinates": [112.6072, 26.8967]},
    "properties": {"code": "430405", "name_zh": "珠晖区"},
}
ONE = {
    "description": "The feature as GeoJSON.",
    "content": {GEOJSON: {"schema": {"type": "object"}, "example": _FEATURE}},
}
MANY = {
    "description": "Features as GeoJSON; a link `next` where there are more.",
    "content": {
        GEOJSON: {
            "schema": {"type": "object"},
            "example": {
                "type": "FeatureCollection",
                "features": [_FEATURE],
                "links": [],
                "timeStamp": "2026-11-22T08:30:00Z",
                "numberReturned": 1,
            },
        }
    },
}
