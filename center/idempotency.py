"""Idempotency keys: a POST that is sent again gives the first answer and acts only once."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

import sqlalchemy as sa
from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from center.clock import now
from center.errors import Invalid
from center.identity.caller import Caller
from center.settings import TokenSettings, settings

KEEP_HOURS = 24

Answer = TypeVar("Answer", bound=BaseModel)

# The insert waits for a transaction that holds the same key: if that one commits we find its
# answer, if it rolls back the key is ours. So two at once can never both act.
_CLAIM = sa.text("""
    INSERT INTO idempotency_keys (user_id, key, target, request_hash, created_at)
    VALUES (:user_id, :key, :target, :request_hash, :now)
    ON CONFLICT (user_id, key) DO UPDATE
        SET target = excluded.target, request_hash = excluded.request_hash,
            answer = NULL, created_at = excluded.created_at
        WHERE idempotency_keys.created_at < excluded.created_at - make_interval(hours => :keep)
    RETURNING true""")
_FIND = sa.text("""
    SELECT target, request_hash, answer FROM idempotency_keys
    WHERE user_id = :user_id AND key = :key""")
_STORE = sa.text("""
    UPDATE idempotency_keys SET answer = :answer WHERE user_id = :user_id AND key = :key""")
_PURGE = sa.text("""
    DELETE FROM idempotency_keys WHERE created_at < :now - make_interval(hours => :keep)""")


class KeyReused(Invalid):
    """This Idempotency-Key was used with another request: take a new key for a new request."""


@dataclass(frozen=True)
class Once:
    """The key of one request, or none."""

    key: str | None
    target: str

    def once(
        self,
        session: Session,
        caller: Caller,
        request: BaseModel | bytes | None,
        kind: type[Answer],
        act: Callable[[], Answer],
    ) -> Answer:
        """The answer of `act`, or the one it gave when this key came before.

        `request` is all that the client sent in the body; claim, act and answer commit together.

        Raises:
            KeyReused: the key came before with another request.
        """
        if self.key is None:
            return act()
        digest = _digest(request)
        names = {"user_id": caller.user_id, "key": self.key}
        claim = {"target": self.target, "request_hash": digest, "now": now(), "keep": KEEP_HOURS}
        if session.scalar(_CLAIM, names | claim) is None:
            before = session.execute(_FIND, names).one()
            if (before.target, bytes(before.request_hash)) != (self.target, digest):
                raise KeyReused
            return kind.model_validate_json(before.answer, by_alias=True, by_name=True)
        answer = act()
        session.execute(_STORE, names | {"answer": answer.model_dump_json()})
        return answer


def _digest(request: BaseModel | bytes | None) -> bytes:
    """Keyed, since a body may hold a password: a bare hash of it could be guessed from."""
    if isinstance(request, BaseModel):
        request = request.model_dump_json().encode()
    secret = settings(TokenSettings).token_secret.get_secret_value().encode()
    return hmac.digest(secret, b"idempotency " + (request or b""), "sha256")


# Nothing here waits; a plain `def` would be sent through a thread.
async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="A name of your own for this request: sent again, it acts only once.",
            examples=["7f3c1a52-8a4e-4f0f-a7b3-0f7f3e6d2c11"],
        ),
    ] = None,
) -> Once:
    return Once(idempotency_key, f"{request.method} {request.url.path}")


IdempotencyKey = Annotated[Once, Depends(_once)]


def purge(session: Session) -> int:
    """Forget the keys that are too old to come again; the number of them."""
    result = session.execute(_PURGE, {"now": now(), "keep": KEEP_HOURS})
    return result.rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE has one
