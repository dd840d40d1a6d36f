"""The outbox as a queue to look after: its figure, and cleaning."""

from typing import Any

import psycopg
from sqlalchemy.orm import Session

from center.database import sql
from center.processes.figures import QueueFigure

KEEP_DAYS = 7  # as long as a late fact is accepted; a consumer away for longer takes a snapshot
SLICE = 5000


def figure(connection: psycopg.Connection[Any]) -> QueueFigure:
    """How many events wait to be sent, and for how long the oldest has. Bounded by the disk."""
    row = connection.execute(sql("center.outbox", "figure")).fetchone()
    length, oldest = row or (0, 0.0)
    return QueueFigure("outbox", int(length), None, float(oldest))


def clean(session: Session, days: int = KEEP_DAYS) -> int:
    """Removes one slice of events sent more than `days` ago; returns how many."""
    statement = sql("center.outbox", "clean")
    result = session.connection().exec_driver_sql(statement, {"days": days, "limit": SLICE})
    return int(result.scalar_one())
