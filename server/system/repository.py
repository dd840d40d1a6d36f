"""The few reads behind the system page and the metrics; each takes a millisecond or few."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.database import sql
from center.processes.figures import QueueFigure
from server.system.remembered import Remembered

RATE_WINDOW = timedelta(seconds=10)
RATE_LAG = timedelta(seconds=1)
# Of 25,000 devices it takes 15 to 20 ms, everything else on the page together 5. States are judged
# every two seconds.
_device_counts: Remembered[list[tuple[str, str, int]]] = Remembered(seconds=4)


def _run(session: Session, name: str, **names: Any) -> sa.CursorResult[*tuple[Any, ...]]:
    return session.connection().exec_driver_sql(sql("server.system", name), names)


def device_counts(session: Session, divisions: Sequence[str]) -> list[tuple[str, str, int]]:
    """(kind, state, count), counted some seconds ago at most; `divisions` as LIKE patterns."""

    def count() -> list[tuple[str, str, int]]:
        rows = _run(session, "devices", divisions=list(divisions))
        return [(kind, state, count) for kind, state, count in rows]

    database = session.connection().engine.url.database
    return _device_counts.get((database, *divisions), count)


def books(session: Session) -> dict[str, Any]:
    """Sums of the ledger over all processes, gaps by state, `commit_no`, `as_of`."""
    return dict(_run(session, "ledger").mappings().one())


def rate(session: Session) -> float:
    """Messages per second in the window that ended a second ago."""
    found = float(_run(session, "rate", window=RATE_WINDOW, lag=RATE_LAG).scalar_one())
    return found / RATE_WINDOW.total_seconds()


def waiting(session: Session, most: int) -> list[QueueFigure]:
    """Queues that are tables. Open dead letters are counted up to `most`."""
    rows = _run(session, "queues", most=most)
    return [QueueFigure(name, length, None, oldest) for name, length, oldest in rows]


def throughput(
    session: Session, start: datetime, stop: datetime, bucket: timedelta
) -> list[tuple[datetime, int, int, int]]:
    """(time, stored, duplicates, dead letters) of each bucket from `start` up to `stop`."""
    rows = _run(session, "throughput", start=start, stop=stop, bucket=bucket)
    return [(row[0], int(row[1]), int(row[2]), int(row[3])) for row in rows]
