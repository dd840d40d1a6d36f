"""The dictionary over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import Query

from center.clock import now
from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import Reads
from center.routing import Router
from gis.dictionary import service
from gis.dictionary.schemas import EntryRead, Kind

router = Router(prefix="/gis", tags=["gis"])

Reader = Annotated[Caller, permits("gis:read")]


@router.get("/dictionary")
def list_dictionary(
    _: Reader,
    session: Reads,
    page: PageQuery,
    kind: Kind | None = None,
    on: Annotated[
        date | None, Query(description="Valid on this day; default today.", examples=["2026-11-26"])
    ] = None,
) -> Page[EntryRead]:
    """Classes of components and events that are valid on a day."""
    return service.list_entries(session, page, kind, on or now().date())
