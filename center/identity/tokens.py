"""Access tokens: short signed statements that name a session, and nothing about its rights."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import jwt

from center.clock import now
from center.errors import Unauthenticated
from center.settings import TokenSettings, settings

ALGORITHM = "HS256"
ISSUER = "hengyang"


class Claims(NamedTuple):
    """A session, and when the token ends; the session may go on with another one."""

    session_id: UUID
    ends_at: datetime


class InvalidToken(Unauthenticated):
    """The access token is expired or not one of ours: log in again or refresh it."""


def issue(user_id: int, session_id: UUID, *, at: datetime | None = None) -> str:
    """An access token of `access_token_seconds` from now on."""
    config = settings(TokenSettings)
    start = at or now()
    claims = {
        "iss": ISSUER,
        "sub": str(user_id),
        "sid": str(session_id),
        "iat": start,
        "exp": start + timedelta(seconds=config.access_token_seconds),
    }
    return jwt.encode(claims, config.token_secret.get_secret_value(), algorithm=ALGORITHM)


def session_of(token: str) -> UUID:
    """The session that the token names; see `read`."""
    return read(token).session_id


def read(token: str) -> Claims:
    """What the token says.

    Raises:
        InvalidToken: forged, expired, of another algorithm (`none` too) or without a claim.
    """
    secret = settings(TokenSettings).token_secret.get_secret_value()
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            options={"require": ["exp", "iat", "sub", "sid"]},
        )
        return Claims(UUID(claims["sid"]), datetime.fromtimestamp(claims["exp"], UTC))
    except (jwt.InvalidTokenError, ValueError, AttributeError, TypeError) as error:
        raise InvalidToken from error
