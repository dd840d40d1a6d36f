"""Sessions as each request meets them: looked up every time, so that a revocation acts at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from center.clock import now
from center.database import engine, reading_engine, sql
from center.identity.caller import Caller
from center.identity.tokens import InvalidToken, session_of
from center.settings import TokenSettings, settings

TOUCH_SECONDS = 30  # how exactly the last use is known; a write per request would be dear

# Nobody waits for it: neither for another request that touches the same session, nor for the disk.
# Without that, one slow write of the log held up every reader who shared the session.
_TOUCH = sa.text("""
    UPDATE sessions SET last_used_at = :now
    WHERE id IN (SELECT id FROM sessions WHERE id = :session_id FOR UPDATE SKIP LOCKED)""")
_UNHURRIED = sa.text("SET LOCAL synchronous_commit = off")


class SessionEnded(InvalidToken):
    """This session has ended: log in again."""


def find_caller(token: str, address: str, *, used: bool = True) -> tuple[Caller, bool]:
    """Who the token belongs to, and whether only the password may be changed.

    `used` False leaves the session as idle as it was: a page asked, not the person before it.

    Raises:
        InvalidToken: forged or expired.
        SessionEnded: revoked, unused for too long, or its user is disabled.
    """
    session_id = session_of(token)
    moment = now()
    with reading_engine().connect() as connection:
        row = connection.execute(_statement(), {"session_ids": [session_id]}).one_or_none()
    if row is None or not _lives(row, moment):
        raise SessionEnded
    if used and moment - row.last_used_at > timedelta(seconds=TOUCH_SECONDS):
        with engine().begin() as connection:
            connection.execute(_UNHURRIED)
            connection.execute(_TOUCH, {"now": moment, "session_id": session_id})
    return _caller(row, address), _must_change(row, moment)


def find_callers(addresses: Mapping[UUID, str]) -> dict[UUID, Caller]:
    """Who has these sessions now, by session, each at an address; it is no use of a session.

    One that has ended is missing, and so is one whose user may only change the password.
    """
    moment = now()
    with reading_engine().connect() as connection:
        rows = connection.execute(_statement(), {"session_ids": list(addresses)}).all()
    return {
        row.session_id: _caller(row, addresses[row.session_id])
        for row in rows
        if _lives(row, moment) and not _must_change(row, moment)
    }


def _lives(row: Any, moment: datetime) -> bool:
    return not (row.disabled or ended_at(row, row.idle_logout_seconds, moment))


def _must_change(row: Any, moment: datetime) -> bool:
    return must_change_password(
        row.must_change_password, row.password_changed_at, row.password_max_age_days, moment
    )


@cache
def _statement() -> sa.TextClause:
    return sa.text(sql("center.identity", "caller"))


def ended_at(opened: Any, idle_seconds: int | None, moment: datetime) -> bool:
    """Whether a session is over: revoked, run out, or unused for too long."""
    idle = timedelta(seconds=idle_limit(idle_seconds))
    return bool(
        opened.revoked_at is not None
        or moment >= opened.expires_at
        or moment - opened.last_used_at > idle
    )


def idle_limit(policy_seconds: int | None) -> int:
    """Seconds without use that end a session: the policy's, else the server's setting."""
    return policy_seconds or settings(TokenSettings).idle_logout_seconds


def must_change_password(
    told_to: bool, changed_at: datetime, max_age_days: int, moment: datetime
) -> bool:
    """Whether the password was set by another person or has grown too old."""
    return told_to or changed_at < moment - timedelta(days=max_age_days)


def _caller(row: Any, address: str) -> Caller:
    return Caller(
        user_id=row.user_id,
        username=row.username,
        display_name=row.display_name,
        permissions=frozenset(row.permissions),
        divisions=tuple(row.divisions),
        session_id=row.session_id,
        address=address,
        roles=tuple(row.roles),
    )
