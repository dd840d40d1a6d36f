"""Gaps over HTTP."""

from typing import Annotated

from fastapi import Query

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import Reads
from center.routing import Router
from ingest.ledger import repository
from ingest.ledger.schemas import Gap, State

router = Router(prefix="/gaps", tags=["ledger"])


@router.get("")
def list_gaps(
    caller: Annotated[Caller, permits("system:read")],
    session: Reads,
    page: PageQuery,
    state: State | None = None,
    device_id: Annotated[str | None, Query(max_length=40)] = None,
) -> Page[Gap]:
    """Numbers that devices in your divisions gave out and that did not come, the newest first."""
    return repository.page_of(session, caller, page, repository.Filters(state, device_id))
