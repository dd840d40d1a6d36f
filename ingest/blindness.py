"""When we ourselves did not see: silence in those times says nothing about a device."""

from datetime import datetime, timedelta
from typing import Any

import psycopg

from center.database import sql
from ingest.liveness import Period

TOLERANCE = timedelta(seconds=10)  # gateways say every two seconds that they watch
REMEMBERED = timedelta(days=8)  # a little longer than the longest expected interval


def watch(connection: psycopg.Connection[Any], gateway: int) -> None:
    """A gateway notes that it sees all up to now; ends a blind period. The caller commits."""
    connection.execute(sql("ingest", "watch"), {"tolerance": TOLERANCE, "gateway": gateway})


def periods(connection: psycopg.Connection[Any], moment: datetime) -> list[Period]:
    """Blind periods that may still matter, the one that lasts now included."""
    rows = connection.execute(
        "SELECT started_at, ended_at FROM blind_periods WHERE ended_at > %(now)s - %(back)s"
        " UNION ALL SELECT watched_until, %(now)s FROM ingest_watch"
        " WHERE watched_until < %(now)s - %(tolerance)s",
        {"now": moment, "back": REMEMBERED, "tolerance": TOLERANCE},
    ).fetchall()
    return [Period(*row) for row in rows]
