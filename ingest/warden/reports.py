"""Asking devices for their newest numbers, after the broker may have forgotten messages."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg

from center.clock import now
from center.database import sql
from ingest import wire
from ingest.commands.repository import requeue_sent
from ingest.liveness import OFFLINE_AFTER_INTERVALS, SLACK

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.warden.duties import Done
    from ingest.warden.warden import Office

Connection = psycopg.Connection[Any]
PER_ROUND = 1000  # devices asked in one round
OPEN = timedelta(days=1)  # who is not heard within it is judged by its silence alone
WITHOUT_INTERVAL = timedelta(hours=1)  # who speaks only when it must is there if heard within it
LOOK_AGAIN = timedelta(seconds=15)  # for those heard later, once everybody who is there was asked


class Request(NamedTuple):
    """The newest request that is open."""

    id: int
    requested_at: datetime
    done_at: datetime | None


def note_reconnection(connection: Connection, office: Office) -> Done | None:
    """A connection of ours that is new: the broker may have been away, and what it held with it."""
    connections = office.link.connections
    if connections == office.asked_after:
        return None
    connection.execute(
        "INSERT INTO report_requests (reason) VALUES ('the broker or its link came back')"
    )
    requeue_sent(connection)  # devices know repeats
    return partial(setattr, office, "asked_after", connections)


def ask_for_reports(connection: Connection, office: Office) -> None:
    """Asks who is there, a round's worth; afterwards who is heard again, while it is open."""
    if not office.link.connected:
        return
    request = _newest(connection)
    if request is None:
        return
    office.asking.begin(request.id)
    moment = now()
    if request.done_at is not None and moment < office.next_look:
        return
    office.next_look = moment + LOOK_AGAIN
    rows = _to_ask(connection, office, request)
    for number, kind, device_id in rows:
        if not office.say(kind, device_id, office.asking.command, wire.COMMAND_REPORT, {}, OPEN):
            return
        office.asking.handed(number, device_id)
    if request.done_at is None and len(rows) < PER_ROUND:
        # A later request answers every earlier one.
        connection.execute(
            "UPDATE report_requests SET done_at = now() WHERE done_at IS NULL AND id <= %s",
            (request.id,),
        )
    elif len(rows) == PER_ROUND:
        office.next_look = moment


def hear_returned(connection: Connection, office: Office) -> Done | None:
    """Devices that came back later than we did: what we said to them before reached nobody."""
    returned = office.link.returned.first(PER_ROUND)
    if not returned:
        return None
    rows = connection.execute(
        "SELECT id FROM devices WHERE device_id = ANY(%s)", (returned,)
    ).fetchall()
    numbers = [number for (number,) in rows]
    requeue_sent(connection, numbers)

    def done() -> None:
        office.link.returned.drop(returned)
        office.asking.forget(numbers)
        office.next_look = now()

    return done


def _newest(connection: Connection) -> Request | None:
    row = connection.execute(
        "SELECT id, requested_at, done_at FROM report_requests WHERE requested_at > now() - %s"
        " ORDER BY id DESC LIMIT 1",
        (OPEN,),
    ).fetchone()
    return Request(*row) if row else None


def _to_ask(connection: Connection, office: Office, request: Request) -> list[tuple[int, str, str]]:
    told = office.asking.told
    return connection.execute(
        sql("ingest.warden", "to_ask"),
        {
            "told": list(told),
            "after": list(told.values()),
            "requested_at": request.requested_at,
            "intervals": OFFLINE_AFTER_INTERVALS,
            "slack": SLACK,
            "without_interval": WITHOUT_INTERVAL,
            "most": PER_ROUND,
        },
    ).fetchall()
