"""Old facts put in the order in which they are read: by device, then by time."""

from datetime import timedelta

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.clock import now
from center.errors import Conflict

ARRANGED = ("readings", "positions", "passes")
SETTLED_AFTER = timedelta(days=9)  # nothing late is accepted any more
# Readers of the chunk wait while it is rewritten: about a second for 20 MB on a slow machine.
MOST_BYTES = 512 * 1024 * 1024
_ARRANGE = sa.text("SELECT arrange_chunk(:hypertable, :older_than, :most_bytes)")


class ChunkInUse(Conflict):
    """Somebody is reading the chunk: it is arranged another night."""


def arrange_next(session: Session, hypertable: str) -> str | None:
    """Rewrites the oldest chunk that is not in order yet; its name, None where all are.

    A chunk larger than `MOST_BYTES` stays as it is: make chunks shorter where days are so large.

    Raises:
        ChunkInUse: it could not be locked within seconds; the transaction is at its end.
    """
    session.execute(sa.text("SET LOCAL statement_timeout = '5min'"))
    values = {
        "hypertable": hypertable,
        "older_than": now() - SETTLED_AFTER,
        "most_bytes": MOST_BYTES,
    }
    try:
        found: str | None = session.execute(_ARRANGE, values).scalar_one()
    except sa.exc.OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise ChunkInUse(hypertable=hypertable) from error
        raise
    return found
