"""Putting events into the outbox, in the transaction of the act they tell of."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from center import events
from center.database import sql
from center.events import Event


def emit(session: Session, *happened: Event) -> None:
    """Records events; they are sent if and only if the session's transaction commits."""
    if happened:
        statement = sql("center.outbox", "emit")
        session.connection().exec_driver_sql(statement, _columns(happened))


def emit_on(connection: psycopg.Connection[Any], happened: Iterable[Event]) -> None:
    """The same on a bare connection of psycopg, in its running transaction."""
    rows = tuple(happened)
    if rows:
        connection.execute(sql("center.outbox", "emit"), _columns(rows))


def _columns(happened: Sequence[Event]) -> dict[str, list[str]]:
    kinds = [events.kind_of(event) for event in happened]
    return {
        "streams": [kind.stream for kind in kinds],
        "tags": [kind.tag for kind in kinds],
        "payloads": [events.encode(event).decode() for event in happened],
    }
