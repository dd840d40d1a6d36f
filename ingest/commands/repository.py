"""Statements about many commands at once, for warden, writer and worker. The caller commits."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from center.database import sql
from ingest.commands.lifecycle import sources

Connection = psycopg.Connection[Any]
PACKAGE = "ingest.commands"
REFUSED_PAUSE = timedelta(
    seconds=30
)  # a device that comes back is sent to at once (`requeue_sent`)


class Due(NamedTuple):
    """A command that waits to be sent."""

    id: UUID
    kind: str
    device_id: str
    name: str
    args: dict[str, Any]
    deadline: datetime


class Answer(NamedTuple):
    """What a device said to a command; `ok` None counts as no."""

    device: int
    command: str
    ok: bool | None
    detail: str | None


def due_commands(connection: Connection, limit: int) -> list[Due]:
    """The oldest waiting commands, locked until the transaction ends; others skip them."""
    return [Due(*row) for row in connection.execute(sql(PACKAGE, "due"), {"limit": limit})]


def mark_handed(connection: Connection, ids: Sequence[UUID]) -> None:
    """They are on their way to the broker."""
    connection.execute(sql(PACKAGE, "handed"), {"ids": list(ids)})


def mark_refused(connection: Connection, refused: Sequence[tuple[UUID, str]]) -> None:
    """The broker did not take them, and why: they wait on."""
    ids, words = zip(*refused, strict=True)
    given = {"id": list(ids), "why": list(words), "pause": REFUSED_PAUSE}
    connection.execute(sql(PACKAGE, "refused"), given)


def mark_sent(connection: Connection, ids: Sequence[UUID]) -> None:
    """The broker has taken them over."""
    connection.execute(sql(PACKAGE, "sent"), {"ids": list(ids), "from": sources("send")})


def requeue_sent(connection: Connection, devices: Sequence[int] | None = None) -> int:
    """Sends again what was handed over and not answered: after the broker lost what it held.

    `devices` are the numbers of those to send to; None means all.
    """
    given = {"from": sources("requeue"), "devices": None if devices is None else list(devices)}
    return connection.execute(sql(PACKAGE, "requeue"), given).rowcount


def time_out(connection: Connection, limit: int = 1000) -> list[tuple[UUID, int]]:
    """Closes commands whose deadline has passed; (command, device number) of each."""
    given = {"from": sources("expire"), "limit": limit}
    return connection.execute(sql(PACKAGE, "expire"), given).fetchall()


def answer(connection: Connection | psycopg.Cursor[Any], rows: Sequence[Answer]) -> int:
    """Closes commands with what devices said; unknown ids and other devices' are left alone."""
    known = [(found, row) for row in rows if (found := identity(row.command)) is not None]
    if not known:
        return 0
    given = {
        "id": [found for found, _ in known],
        "device": [row.device for _, row in known],
        "ok": [bool(row.ok) for _, row in known],
        "detail": [row.detail for _, row in known],
        "accept": sources("accept"),
        "refuse": sources("refuse"),
    }
    return connection.execute(sql(PACKAGE, "answer"), given).rowcount


def enqueue(
    connection: Connection,
    name: str,
    args: Sequence[tuple[int, dict[str, Any]]],
    requested_by: str,
    deadline: timedelta,
) -> list[UUID]:
    """One command `name` for each (device number, args), asked for by a program."""
    given = {
        "name": name,
        "requested_by": requested_by,
        "deadline": deadline,
        "device": [device for device, _ in args],
        "args": [json.dumps(values) for _, values in args],
    }
    return [row[0] for row in connection.execute(sql(PACKAGE, "enqueue"), given)]


def forget(connection: Connection, keep: timedelta, limit: int = 10_000) -> int:
    """Deletes closed commands older than `keep`; their acts stay in the audit trail."""
    given = {"keep": keep, "limit": limit}
    return connection.execute(sql(PACKAGE, "forget"), given).rowcount


def identity(text: str) -> UUID | None:
    """The row's id where a command on the wire is one of the table; None otherwise."""
    # Programs give their own commands other names (`resend-7-0`): nobody waits for those here.
    try:
        return UUID(text)
    except ValueError:
        return None
