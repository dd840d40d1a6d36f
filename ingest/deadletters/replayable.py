"""Which dead letters can be replayed at all."""

from typing import Any, Protocol

import sqlalchemy as sa

from ingest import wire
from ingest.deadletters.models import DeadLetter
from ingest.deadletters.record import KEPT_BYTES


class Letter(Protocol):
    """What decides."""

    whole: Any
    stream: Any
    size: Any


def hindrance(letter: Letter) -> str | None:
    """Why a letter can never be replayed, for people; None: it can."""
    if not letter.whole:
        return (
            "This is a single reading of a message that was stored:"
            " its number is taken, so it cannot become a fact of its own."
        )
    if letter.size > KEPT_BYTES:
        return (
            f"Only the first {KEPT_BYTES:,} of its {letter.size:,} bytes were kept:"
            " it cannot be replayed."
        )
    if letter.stream == wire.STATUS_STREAM:
        return "Status messages are not replayed: the broker keeps the newest one of each device."
    return None


def possible() -> sa.ColumnElement[bool]:
    """The same as a condition: true where there is no hindrance."""
    return sa.and_(
        DeadLetter.whole,
        DeadLetter.size <= KEPT_BYTES,
        DeadLetter.stream.is_distinct_from(wire.STATUS_STREAM),
    )
