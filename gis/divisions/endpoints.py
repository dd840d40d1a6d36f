"""Divisions and places over HTTP: the base map is open to whoever may see the map."""

from typing import Annotated

from fastapi import Path, Query

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import Reads
from center.routing import Router
from gis.divisions import service
from gis.divisions.schemas import DivisionDetail, DivisionRead, Located

router = Router(prefix="/gis", tags=["gis"])

Reader = Annotated[Caller, permits("gis:read")]
Code = Annotated[str, Path(pattern=r"^[0-9]{4,12}$", examples=["430405"])]


@router.get("/divisions")
def list_divisions(
    _: Reader,
    session: Reads,
    page: PageQuery,
    level: Annotated[
        int | None, Query(ge=1, le=4, description="1 city, 2 district, 3 street, 4 community.")
    ] = None,
    parent: Annotated[
        str | None, Query(pattern=r"^[0-9]{4,12}$", description="Only those right below it.")
    ] = None,
) -> Page[DivisionRead]:
    """Divisions by code, without their outlines."""
    return service.list_divisions(session, page, level, parent)


@router.get("/divisions/{code}")
def get_division(_: Reader, session: Reads, code: Code) -> DivisionDetail:
    """One division with its outline as GeoJSON."""
    return service.get_division(session, code)


@router.get("/locate")
def locate(
    _: Reader,
    session: Reads,
    lon: Annotated[float, Query(ge=-180, le=180, description="Degrees east, WGS-84.")],
    lat: Annotated[float, Query(ge=-90, le=90, description="Degrees north, WGS-84.")],
) -> Located:
    """In which district, street, community and unit grid a place lies."""
    return service.locate(session, lon, lat)
