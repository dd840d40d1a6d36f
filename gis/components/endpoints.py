"""Components over HTTP."""

from typing import Annotated

from fastapi import Depends, Path, Query

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import Reads
from center.routing import Router
from gis.components import service
from gis.components.schemas import ComponentRead, State

router = Router(prefix="/gis/components", tags=["gis"])

Reader = Annotated[Caller, permits("gis:read")]


async def _filters(  # async because it does not wait: it needs no thread
    division: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{2,12}$", description="Division code or the beginning of one."),
    ] = None,
    class_code: Annotated[
        str | None,
        Query(
            pattern=r"^[0-9]{2,4}$", description="Class and sub-class, or the beginning of them."
        ),
    ] = None,
    state: State | None = None,
    grid: Annotated[
        str | None, Query(pattern=r"^[0-9]{14,15}$", description="Code of a unit grid.")
    ] = None,
    bbox: Annotated[
        str | None,
        Query(
            max_length=100,
            description="West,south,east,north in degrees.",
            examples=["112.60,26.88,112.61,26.89"],
        ),
    ] = None,
) -> service.Filters:
    return service.Filters(division, class_code, state, grid, bbox)


@router.get("")
def list_components(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    filters: Annotated[service.Filters, Depends(_filters)],
) -> Page[ComponentRead]:
    """Components in your divisions by code."""
    return service.list_components(session, caller, page, filters)


@router.get("/{code}")
def get_component(
    caller: Reader,
    session: Reads,
    code: Annotated[str, Path(pattern=r"^[0-9]{16}$", examples=["4304080118000017"])],
) -> ComponentRead:
    """One component."""
    return service.get_component(session, caller, code)
