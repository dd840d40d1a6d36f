"""What a handler's signature asks of a request: a session, a version, an idempotency key."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from center.database import reading, transaction
from center.errors import PreconditionMissing, Stale
from center.idempotency import IdempotencyKey

__all__ = [
    "Body", "IdempotencyKey", "IfMatch", "Precondition", "Reads", "Writes", "etag", "located",
]  # fmt: skip
PREFIX = "/api/v1"


class Body(BaseModel):
    """Base of what a client sends: no unknown fields, no NaN, no infinity."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def _writes() -> Iterator[Session]:
    with transaction() as session:
        yield session


async def _reads() -> AsyncIterator[Session]:
    # Async because it does not wait: a thread for the begin and one for the end cost more.
    with reading() as session:
        yield session


# Scope "function": the transaction ends after the answer is made and before it is sent, so
# nobody is told of a thing that was not committed.
Writes = Annotated[Session, Depends(_writes, scope="function")]
Reads = Annotated[Session, Depends(_reads, scope="function")]


def etag(thing: Any) -> str:
    """The strong entity tag of a thing that counts its changes in `version`."""
    return f'"{thing.version}"'


def located(response: Response, address: str) -> None:
    """Says where the thing is that was made; `address` is below the API's prefix."""
    response.headers["Location"] = f"{PREFIX}{address}"


@dataclass(frozen=True)
class Precondition:
    """The version of a thing that the client has read (If-Match)."""

    tags: frozenset[str]

    def check(self, thing: Any) -> None:
        """Call it with the row locked.

        Raises:
            Stale: the thing has changed since.
        """
        if "*" not in self.tags and etag(thing) not in self.tags:
            raise Stale()


# Nothing here waits; a plain `def` would be sent through a thread.
async def if_match_header(
    if_match: Annotated[
        str | None,
        Header(
            max_length=1000, description="ETag of the version that you change.", examples=['"3"']
        ),
    ] = None,
) -> Precondition:
    if if_match is None:
        raise PreconditionMissing()
    return Precondition(frozenset(tag.strip() for tag in if_match.split(",")))


IfMatch = Annotated[Precondition, Depends(if_match_header)]
