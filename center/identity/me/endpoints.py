"""`/me`: the caller's own account, password, second factor and sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from center.clock import now
from center.identity.caller import Caller
from center.identity.guard import permits
from center.identity.login.brakes import LockedOut
from center.identity.login.service import prove
from center.identity.models import User
from center.identity.policy.service import policy
from center.identity.sessions import service as sessions
from center.identity.sessions.lookup import idle_limit, must_change_password
from center.identity.sessions.schemas import SessionRead
from center.identity.users import second_factor, service
from center.identity.users.schemas import (
    Me,
    PasswordChange,
    PasswordProof,
    TotpCode,
    TotpEnrolment,
)
from center.pages import Page, PageQuery
from center.problems import told
from center.requests import Reads, Writes, located
from center.routing import Router

router = Router(prefix="/me", tags=["me"])

SignedIn = Annotated[Caller, permits()]


@router.get("")
def get_me(caller: SignedIn, session: Reads) -> Me:
    """Who you are, what you may do and where."""
    user = session.get_one(User, caller.user_id)
    rules = policy(session)
    return Me(
        id=caller.user_id,
        username=caller.username,
        display_name=caller.display_name,
        roles=list(caller.roles),
        permissions=sorted(caller.permissions),
        divisions=list(caller.divisions),
        totp_enabled=user.totp_enabled,
        must_change_password=must_change_password(
            user.must_change_password,
            user.password_changed_at,
            rules.password_max_age_days,
            now(),
        ),
        password_min_length=rules.password_min_length,
        idle_logout_seconds=idle_limit(rules.idle_logout_seconds),
    )


@router.post("/password", status_code=204, responses=told(LockedOut))
def change_password(caller: SignedIn, session: Writes, body: PasswordChange) -> Response:
    """Choose a new password; your other sessions end."""
    prove(caller, body.current)
    service.change_password(session, caller, body.new)
    return Response(status_code=204)


@router.post("/totp", status_code=201, responses=told(LockedOut))
def enrol_second_factor(
    caller: SignedIn, session: Writes, body: PasswordProof, response: Response
) -> TotpEnrolment:
    """Begin with a second factor; it counts after `/me/totp/confirm`."""
    prove(caller, body.password)
    located(response, "/me")
    return second_factor.enrol(session, caller)


@router.post("/totp/confirm", status_code=204)
def confirm_second_factor(caller: SignedIn, session: Writes, body: TotpCode) -> Response:
    """Prove that the authenticator works; log-in asks for codes from now on."""
    second_factor.confirm(session, caller, body.code)
    return Response(status_code=204)


@router.delete("/totp", status_code=204, responses=told(LockedOut))
def remove_second_factor(caller: SignedIn, session: Writes, body: PasswordProof) -> Response:
    """Remove your second factor."""
    prove(caller, body.password)
    second_factor.remove_own(session, caller)
    return Response(status_code=204)


@router.get("/sessions")
def list_my_sessions(caller: SignedIn, session: Reads, page: PageQuery) -> Page[SessionRead]:
    """Where you are logged in."""
    return sessions.list_sessions(session, caller, page, caller.user_id)


@router.delete("/sessions/{session_id}", status_code=204)
def end_my_session(caller: SignedIn, session: Writes, session_id: UUID) -> Response:
    """Log out somewhere else."""
    sessions.end(session, caller, session_id, caller.user_id)
    return Response(status_code=204)
