"""Old facts get an index that holds all that is read, so that a cold day is a few pages."""

from datetime import timedelta

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.clock import now
from center.errors import Conflict

COVERED = ("readings", "positions", "passes")
SETTLED_AFTER = timedelta(days=9)  # nothing late is accepted any more
_COVER = sa.text("SELECT cover_chunk(:hypertable, :older_than)")


class ChunkInUse(Conflict):
    """Somebody is changing the chunk: it gets its index another night."""


def cover_next(session: Session, hypertable: str) -> str | None:
    """Indexes the oldest chunk that has no such index yet; its name, None where all have.

    Readers go on meanwhile; nobody writes to so old a chunk.

    Raises:
        ChunkInUse: it could not be locked within seconds; the transaction is at its end.
    """
    session.execute(sa.text("SET LOCAL statement_timeout = '30min'"))
    values = {"hypertable": hypertable, "older_than": now() - SETTLED_AFTER}
    try:
        found: str | None = session.execute(_COVER, values).scalar_one()
    except sa.exc.OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise ChunkInUse(hypertable=hypertable) from error
        raise
    return found
