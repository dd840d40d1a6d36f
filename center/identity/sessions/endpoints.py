"""`/sessions`: who is logged in, and putting somebody out."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.identity.sessions import service
from center.identity.sessions.schemas import SessionRead
from center.pages import Page, PageQuery
from center.requests import Reads, Writes
from center.routing import Router

router = Router(prefix="/sessions", tags=["sessions"])


@router.get("")
def list_sessions(
    caller: Annotated[Caller, permits("sessions:read")],
    session: Reads,
    page: PageQuery,
    user_id: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Page[SessionRead]:
    """Sessions in use of the users of your divisions, the newest first."""
    return service.list_sessions(session, caller, page, user_id)


@router.delete("/{session_id}", status_code=204)
def end_session(
    caller: Annotated[Caller, permits("sessions:revoke")], session: Writes, session_id: UUID
) -> Response:
    """End a session at once."""
    service.end(session, caller, session_id)
    return Response(status_code=204)
