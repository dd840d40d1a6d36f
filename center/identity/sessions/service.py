"""Opening, refreshing and ending sessions."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.clock import now
from center.database import transaction
from center.errors import NotFound, Unauthenticated
from center.identity.caller import Caller
from center.identity.models import LoginSession, RefreshToken, User
from center.identity.policy.service import policy
from center.identity.sessions.lookup import ended_at
from center.identity.sessions.schemas import SessionRead, Tokens
from center.identity.tokens import issue
from center.identity.users.repository import visible
from center.pages import Page, PageParameters, paginate
from center.settings import TokenSettings, settings

USER_AGENT_LENGTH = 300  # characters kept of what a browser says of itself


class RefreshRefused(Unauthenticated):
    """The refresh token is not valid any more: log in again."""


def open_session(session: Session, user: User, address: str, user_agent: str) -> Tokens:
    """A new log-in of a user who has proved to be that user."""
    moment = now()
    opened = LoginSession(
        id=uuid4(),
        user_id=user.id,
        created_at=moment,
        last_used_at=moment,
        expires_at=moment + timedelta(seconds=settings(TokenSettings).refresh_token_seconds),
        address=address,
        user_agent=user_agent[:USER_AGENT_LENGTH].replace("\0", ""),
    )
    session.add(opened)
    session.flush()
    return _tokens(session, opened)


def refresh(token: str, caller: Caller) -> Tokens:
    """New tokens for a refresh token that was never used before.

    Raises:
        RefreshRefused: unknown or of an ended session. One that was used before has been stolen
            from one of two holders: its session ends, which stays so though the call is refused.
    """
    with transaction() as session:
        found = session.get(RefreshToken, _hash(token), with_for_update=True)
        tokens = None
        if found is not None and found.used_at is not None:
            revoke(session, caller, found.session_id, "refresh token used twice")
        elif found is not None:
            tokens = _rotate(session, found)
    if tokens is None:
        raise RefreshRefused()
    return tokens


def _rotate(session: Session, found: RefreshToken) -> Tokens | None:
    opened = session.get_one(LoginSession, found.session_id)
    user = session.get_one(User, opened.user_id)
    if user.disabled or ended_at(opened, policy(session).idle_logout_seconds, now()):
        return None
    found.used_at = now()
    return _tokens(session, opened)


def revoke(session: Session, caller: Caller, session_id: UUID, reason: str) -> None:
    """Ends a session at once; one that has ended already stays as it is."""
    opened = session.get(LoginSession, session_id, with_for_update=True)
    if opened is not None and opened.revoked_at is None:
        opened.revoked_at, opened.revoke_reason = now(), reason
        audit(
            session,
            caller,
            "session.revoke",
            "session",
            session_id,
            user_id=opened.user_id,
            reason=reason,
        )


def revoke_all(
    session: Session, caller: Caller, user_id: int, reason: str, keep: UUID | None = None
) -> None:
    """Ends every session of a user, but the one to keep."""
    living = sa.select(LoginSession.id).where(
        LoginSession.user_id == user_id,
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > now(),
    )
    for session_id in session.scalars(living).all():
        if session_id != keep:
            revoke(session, caller, session_id, reason)


def end(session: Session, caller: Caller, session_id: UUID, user_id: int | None = None) -> None:
    """Ends one session at a person's wish; with `user_id`, only one of that user.

    Raises:
        NotFound: no such session, or one of a user of other divisions.
    """
    found = session.scalar(_within(caller, user_id).where(LoginSession.id == session_id))
    if found is None:
        raise NotFound()
    revoke(session, caller, session_id, "ended by hand")


def list_sessions(
    session: Session, caller: Caller, page: PageParameters, user_id: int | None
) -> Page[SessionRead]:
    """Sessions that have not been revoked or run out, of users of the caller's divisions."""
    living = _within(caller, user_id).where(
        LoginSession.revoked_at.is_(None), LoginSession.expires_at > now()
    )
    keys = (LoginSession.created_at, LoginSession.id)
    return paginate(session, living, keys, page, SessionRead.model_validate, descending=True)


def _within(caller: Caller, user_id: int | None) -> sa.Select[Any]:
    """Sessions of users whom the caller may see; with `user_id`, only of that one."""
    statement = sa.select(LoginSession).join(User, User.id == LoginSession.user_id)
    statement = statement.where(visible(caller))
    return statement if user_id is None else statement.where(User.id == user_id)


def purge(session: Session, keep: timedelta = timedelta(days=30)) -> None:
    """Forgets sessions that ended long ago, with their refresh tokens."""
    session.execute(sa.delete(LoginSession).where(LoginSession.expires_at < now() - keep))


def _tokens(session: Session, opened: LoginSession) -> Tokens:
    secret = secrets.token_urlsafe(32)
    session.add(RefreshToken(hash=_hash(secret), session_id=opened.id, issued_at=now()))
    return Tokens(
        access_token=issue(opened.user_id, opened.id),
        expires_in=settings(TokenSettings).access_token_seconds,
        refresh_token=secret,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
