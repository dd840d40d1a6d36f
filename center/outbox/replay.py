"""Reading events from PostgreSQL: what a consumer does when the bus has forgotten them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center import events
from center.database import sql
from center.errors import HengyangError
from center.events import Event
from center.logs import logger

log = logger(__name__)


class ReplayLost(HengyangError):
    """Events since that position were cleaned away: take a new snapshot of what they tell of."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of the outbox. Equal `position`: the same event once more, to be dropped."""

    position: int
    stream: str
    event: Event


def newest(session: Session) -> int:
    """The last position given out: where a consumer begins that wants nothing of the past."""
    return int(session.execute(sa.text("SELECT position FROM outbox_head")).scalar_one())


def replay(
    session: Session, after: int, streams: Sequence[str], limit: int = 500
) -> tuple[list[Recorded], int]:
    """Events of these streams after a position, in order, and the position to go on from.

    An unmoved position says that nothing is left.

    Raises:
        ReplayLost: rows after the position have been cleaned away.
    """
    rows = session.connection().exec_driver_sql(
        sql("center.outbox", "replay"), {"after": after, "streams": list(streams), "limit": limit}
    )
    found = [(row.position, row.stream, row.payload) for row in rows]
    # Read after the rows: what was cleaned before they were read is then surely noted.
    cleaned = session.execute(sa.text("SELECT cleaned FROM outbox_head")).scalar_one()
    if after < cleaned:
        raise ReplayLost(after=after, cleaned=cleaned)
    last = found[-1][0] if found else after
    return [item for item in (_recorded(*row) for row in found) if item], last


def _recorded(position: int, stream: str, payload: str) -> Recorded | None:
    try:
        return Recorded(position, stream, events.decode(payload))
    except events.UnknownEvent as error:
        log.warning("event_unknown", stream=stream, position=position, detail=error.detail)
        return None
