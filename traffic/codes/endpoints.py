"""Violation codes over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import Query

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import Reads
from center.routing import Router
from traffic.codes import service
from traffic.codes.schemas import ViolationCodeRead

router = Router(prefix="/traffic", tags=["traffic"])

Reader = Annotated[Caller, permits("traffic:read")]


@router.get("/violation-codes")
def list_violation_codes(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    on: Annotated[
        date | None, Query(description="Only those valid on this day.", examples=["2026-11-26"])
    ] = None,
) -> Page[ViolationCodeRead]:
    """National violation codes (违法代码) and what they mean."""
    return service.list_codes(session, page, on)
