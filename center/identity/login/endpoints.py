"""`/auth`: log in, refresh, log out."""

from typing import Annotated

from fastapi import Form, Header, Request, Response

from center.identity.caller import Caller, anonymous
from center.identity.guard import client_address, permits
from center.identity.login import service
from center.identity.login.brakes import LockedOut
from center.identity.login.schemas import LogIn
from center.identity.login.service import BadCredentials
from center.identity.sessions import service as sessions
from center.identity.sessions.schemas import Refresh, Tokens
from center.identity.sessions.service import RefreshRefused
from center.problems import told
from center.requests import Writes
from center.routing import Router

router = Router(prefix="/auth", tags=["auth"])


@router.post("/token", responses=told(BadCredentials, LockedOut))
def log_in(
    request: Request,
    form: Annotated[LogIn, Form()],
    user_agent: Annotated[str, Header(include_in_schema=False)] = "",
) -> Tokens:
    """Log in by the OAuth2 password form."""
    return service.log_in(form, client_address(request), user_agent)


@router.post("/refresh", responses=told(RefreshRefused))
def refresh(request: Request, body: Refresh) -> Tokens:
    """Replace both tokens. A refresh token that comes twice ends its session."""
    return sessions.refresh(body.refresh_token, anonymous("", client_address(request)))


@router.post("/logout", status_code=204)
def log_out(caller: Annotated[Caller, permits()], session: Writes) -> Response:
    """End this session at once."""
    assert caller.session_id is not None
    sessions.revoke(session, caller, caller.session_id, "logged out")
    return Response(status_code=204)
