"""Evidence that a message has named and that may still be on its way."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import psycopg
from msgspec import Meta

from center.database import sql
from center.events import Event, published


@published(stream="evidence")
class EvidenceOverdue(Event, frozen=True, kw_only=True, tag="evidence.overdue/1"):
    """A message named a picture that did not come in time (`evidence_grace_seconds`)."""

    sha256: Annotated[str, Meta(description="Hex, as the message named it.")]
    device: Annotated[int | None, Meta(description="Number of the device that named it.")]
    division_code: str | None
    first_named: datetime


class Named(NamedTuple):
    """A picture named by a message."""

    sha256: str
    device: int
    division_code: str
    named_at: datetime
    personal: bool = False  # number plates can be read on it


def expect(cursor: psycopg.Cursor[Any], named: Iterable[Named]) -> None:
    """Notes pictures as pending unless they are known, in the transaction of the cursor.

    Pictures and messages may come in either order and at the same moment: whoever is first makes
    the row. In the order of the hashes, so that two writers cannot wait for each other.
    """
    rows = sorted({item.sha256: item for item in named}.values())
    if rows:
        columns = zip(*rows, strict=True)
        names = ("sha256", "device", "division_code", "named_at", "personal")
        cursor.execute(
            sql("center.evidence", "expect"),
            dict(zip(names, map(list, columns), strict=True)),
        )
