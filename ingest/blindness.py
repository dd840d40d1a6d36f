"""When we ourselves did not see: silence in those times says nothing about a device."""

from datetime import datetime, timedelta
from typing import Any

import psycopg

from center.database import sql
from ingest.liveness import Period

TOLERANCE = timedelta(seconds=10)  # gateways say every two seconds that they watch
# Since when we see without a break; what a device was silent before says nothing. NULL: always.
SEEING_SINCE = """
SELECT greatest((SELECT max(ended_at) FROM blind_periods),
                (SELECT max(requested_at) FROM report_requests),
                (SELECT now() FROM ingest_watch WHERE watched_until < now() - %(tolerance)s))"""
REMEMBERED = timedelta(days=8)  # a little longer than the longest expected interval


def watch(connection: psycopg.Connection[Any], gateway: int) -> None:
    """A gateway notes that it sees all up to now; ends a blind period. The caller commits."""
    connection.execute(sql("ingest", "watch"), {"tolerance": TOLERANCE, "gateway": gateway})


def periods(
    connection: psycopg.Connection[Any], moment: datetime, grace: timedelta
) -> list[Period]:
    """Blind periods that may still matter, the one that lasts now included.

    After an absence of the broker its devices come back later than we do: `grace` after each
    moment at which we found it again is a blind period too. They may overlap.
    """
    rows = connection.execute(
        "SELECT started_at, ended_at FROM blind_periods WHERE ended_at > %(now)s - %(back)s"
        " UNION ALL SELECT watched_until, %(now)s FROM ingest_watch"
        " WHERE watched_until < %(now)s - %(tolerance)s"
        " UNION ALL SELECT requested_at, least(requested_at + %(grace)s, %(now)s)"
        " FROM report_requests WHERE requested_at > %(now)s - %(back)s",
        {"now": moment, "back": REMEMBERED, "tolerance": TOLERANCE, "grace": grace},
    ).fetchall()
    return [Period(*row) for row in rows]


def unconfirmed_before(
    connection: psycopg.Connection[Any], moment: datetime, grace: timedelta
) -> datetime | None:
    """What the broker held before this moment says nothing of a connection now; None: it does.

    It is the newest moment at which we found the broker again and devices were asked for a word,
    once `grace` has passed for them to give it.
    """
    row = connection.execute(
        "SELECT max(requested_at) FROM report_requests WHERE requested_at <= %s", (moment - grace,)
    ).fetchone()
    return row[0] if row else None
