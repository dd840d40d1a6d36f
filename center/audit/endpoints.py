"""`/audit`: the trail, for the auditor alone."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import AwareDatetime

from center.audit import repository
from center.audit.inspection import inspect
from center.audit.schemas import AuditRead, Found, Verdict
from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import Reads, Writes
from center.routing import Router

router = Router(prefix="/audit", tags=["audit"])

Word = Annotated[str | None, Query(max_length=200)]
Moment = Annotated[AwareDatetime | None, Query(examples=["2026-11-22T00:00:00Z"])]


@router.get("")
def list_entries(
    caller: Annotated[Caller, permits("audit:read")],
    session: Reads,
    page: PageQuery,
    actor: Word = None,
    action: Annotated[
        str | None, Query(max_length=200, description="`user.grant`, or `user.` for all of users.")
    ] = None,
    object_type: Word = None,
    object_id: Word = None,
    result: Literal["ok", "refused", "failed"] | None = None,
    start: Moment = None,
    end: Moment = None,
) -> Page[AuditRead]:
    """Entries, the newest first."""
    narrow = repository.AuditFilter(actor, action, object_type, object_id, result, start, end)
    return repository.page(session, page, narrow)


@router.post("/verify")
def verify_trail(caller: Annotated[Caller, permits("audit:verify")], session: Writes) -> Verdict:
    """Compute every hash again; some seconds for a million entries."""
    found, anchors = inspect(session, caller)
    return Verdict(
        ok=not found.findings,
        entries=found.count,
        newest=found.seq,
        anchors=anchors,
        findings=[
            Found(kind=item.kind, first=item.first, last=item.last, words=str(item))  # type: ignore[arg-type]  # the kinds of _WORDS
            for item in found.findings
        ],
    )
