"""Tiles over HTTP."""

from typing import Annotated

from fastapi import Header, Path, Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import Reads
from center.routing import Router
from center.settings import settings
from gis.tiles import service
from gis.tiles.grid import Tile
from gis.tiles.settings import TileSettings

router = Router(prefix="/gis/tiles", tags=["gis"])

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
CONTENT = {"description": "The tile; empty where nothing is.", "content": {MEDIA_TYPE: {}}}

SetName = Annotated[
    str, Path(max_length=40, description="base, components or devices.", examples=["base"])
]
Zoom = Annotated[int, Path(examples=[12])]
Column = Annotated[int, Path(examples=[3328])]
Row = Annotated[int, Path(examples=[1731])]


@router.get(
    "/{tile_set}/{z}/{x}/{y}",
    response_class=Response,
    responses={200: CONTENT, 304: {"description": "It is as you have it."}},
)
def read_tile(
    caller: Annotated[Caller, permits("gis:read")],
    session: Reads,
    tile_set: SetName,
    z: Zoom,
    x: Column,
    y: Row,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """A Mapbox vector tile: the base map, or points of your divisions, clustered."""
    found = service.find(session, caller, tile_set, Tile.of(z, x, y))
    headers = {"ETag": found.etag, "Cache-Control": _cache_control()}
    if if_none_match is not None and found.etag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(found.content(), headers=headers, media_type=MEDIA_TYPE)


def _cache_control() -> str:
    return f"private, max-age={settings(TileSettings).tile_max_age_seconds}"
