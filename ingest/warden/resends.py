"""Asking devices to send again what is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from ingest import wire
from ingest.ledger import gaps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.commands.handover import Outcome
    from ingest.warden.warden import Office

Connection = psycopg.Connection[Any]
DEADLINE = timedelta(minutes=10)


def ask_again(connection: Connection, office: Office) -> None:
    """Has devices told which numbers are missing, as long as the link takes it."""
    if not office.link.connected:
        return
    missing = gaps.to_request(connection, office.limits)
    if not missing:
        return
    rows = connection.execute(
        "SELECT id, kind, device_id FROM devices WHERE id = ANY(%s)",
        ([m.device for m in missing],),
    ).fetchall()
    names = {number: (kind, device_id) for number, kind, device_id in rows}
    asked: list[int] = []
    for m in missing:
        kind, device_id = names[m.device]
        name = f"resend-{m.boot}-{m.ranges[0][0]}"
        args = {"boot": m.boot, "ranges": m.ranges}
        if not office.say(kind, device_id, name, wire.COMMAND_RESEND, args, DEADLINE):
            break
        office.resends[device_id, name] = m.gaps
        asked += m.gaps
    gaps.mark_requested(connection, asked)


def count_attempts(connection: Connection, office: Office, outcomes: Iterable[Outcome]) -> None:
    """Only a request that the broker took over counts as one."""
    taken = [
        gap
        for outcome in outcomes
        if outcome.is_taken
        for gap in office.resends.get((outcome.device_id, outcome.command), ())
    ]
    if taken:
        gaps.count_attempts(connection, taken)


def forget(office: Office, outcomes: Iterable[Outcome]) -> None:
    """These have been settled."""
    for outcome in outcomes:
        office.resends.pop((outcome.device_id, outcome.command), None)
