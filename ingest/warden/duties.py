"""The warden's duties: each a short act on the database and the broker."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from center.clock import now
from center.outbox import emit_on
from ingest import blindness, liveness, wire
from ingest.commands import dispatch
from ingest.commands.repository import requeue_sent
from ingest.devices.broker_files import publish_broker_files
from ingest.devices.events import DeviceMisnumbers, DeviceStateChanged
from ingest.ledger import gaps, ragged
from ingest.warden import status

if TYPE_CHECKING:
    from ingest.warden.warden import Office

Connection = psycopg.Connection[Any]
ASK_DEADLINE = timedelta(minutes=10)
ASK_PER_ROUND = 1000  # devices asked for their newest number in one round
REACHABLE = timedelta(hours=1)


def publish_accounts(connection: Connection, office: Office) -> None:
    """Keeps the broker's account files as the register says, when the register changed."""
    row = connection.execute("SELECT revision FROM register_revision").fetchone()
    revision = row[0] if row else 0
    if office.notes.get("accounts") == revision:
        return
    publish_broker_files(connection, office.mqtt, always_signal="accounts" not in office.notes)
    office.notes["accounts"] = revision


def keep_status(connection: Connection, office: Office) -> None:
    """Writes down what devices and last wills said since the last round."""
    waiting = office.link.statuses
    taken = [waiting.popleft() for _ in range(len(waiting))]
    try:
        status.keep(connection, taken)
    except psycopg.Error:
        waiting.extendleft(reversed(taken))
        raise


def judge_liveness(connection: Connection, _: Office) -> None:
    """Sets every device's state, not counting silence that was our own, and tells of changes."""
    moment = now()
    changes = liveness.refresh(connection, moment, blindness.periods(connection, moment))
    # Of a device just registered there is nothing to tell yet.
    told = (c for c in changes if c.before is not None or c.state != "unknown")
    emit_on(connection, (DeviceStateChanged(**c._asdict()) for c in told))


def ask_for_reports(connection: Connection, office: Office) -> None:
    """After the broker may have forgotten messages: asks devices for their newest numbers."""
    if office.link.connections > office.notes.get("connections", 0):
        office.notes["connections"] = office.link.connections
        connection.execute(
            "INSERT INTO report_requests (reason) VALUES ('the broker or its link came back')"
        )
        requeue_sent(connection)  # commands the broker may have held and lost; devices know repeats
    if not office.link.connected:
        return
    request = connection.execute(
        "SELECT id, coalesce(asked, 0) FROM report_requests WHERE done_at IS NULL"
        " ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if request is None:
        return
    rows = connection.execute(
        "SELECT DISTINCT d.id, d.kind, d.device_id FROM devices d JOIN ledger l ON l.device = d.id"
        " WHERE d.id > %s AND d.enabled AND d.retired_at IS NULL AND l.last_seen > now() - %s"
        " ORDER BY d.id LIMIT %s",
        (request[1], REACHABLE, ASK_PER_ROUND),
    ).fetchall()
    for number, kind, device_id in rows:
        if not _ask(office, kind, device_id, f"report-{request[0]}", wire.COMMAND_REPORT, {}):
            break
        connection.execute(
            "UPDATE report_requests SET asked = %s WHERE id = %s", (number, request[0])
        )
    else:
        if len(rows) < ASK_PER_ROUND:
            # A later request answers every earlier one.
            connection.execute(
                "UPDATE report_requests SET done_at = now() WHERE done_at IS NULL AND id <= %s",
                (request[0],),
            )


def ask_returned(connection: Connection, office: Office) -> None:
    """Asks devices that came back later than we did after the broker lost their sessions too.

    What we said to them before then reached nobody.
    """
    waiting = office.link.returned
    if not waiting:
        return
    returned = [waiting.popleft() for _ in range(min(len(waiting), ASK_PER_ROUND))]
    try:
        rows = connection.execute(
            "SELECT r.id, d.id, d.kind, d.device_id FROM devices d,"
            " (SELECT max(id) AS id FROM report_requests WHERE requested_at > now() - %s) r"
            " WHERE r.id > 0 AND d.device_id = ANY(%s) AND d.enabled AND d.retired_at IS NULL",
            (REACHABLE, returned),
        ).fetchall()
        requeue_sent(connection, [number for _, number, *_ in rows])
    except psycopg.Error:
        waiting.extendleft(reversed(returned))
        raise
    for request, _, kind, device_id in rows:
        _ask(office, kind, device_id, f"report-{request}", wire.COMMAND_REPORT, {})


def _ask(office: Office, kind: str, device_id: str, name: str, verb: str, args: Any) -> bool:
    return office.link.command(
        kind, device_id, name, verb, args, now() + ASK_DEADLINE, int(ASK_DEADLINE.total_seconds())
    )


def follow_gaps(connection: Connection, office: Office) -> None:
    """Finds holes in the ledger and moves known gaps on."""
    gaps.follow(connection, office.limits)


def settle_ragged(connection: Connection, _: Office) -> None:
    """Closes the numbers of devices that leave holes everywhere, and tells of it."""
    settled = ragged.settle_ragged(connection)
    emit_on(connection, (DeviceMisnumbers(**s._asdict()) for s in settled))


def ask_again(connection: Connection, office: Office) -> None:
    """Asks devices to send what is missing."""
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
    for m in missing:
        if m.device in names:
            kind, device_id = names[m.device]
            _ask(
                office,
                kind,
                device_id,
                f"resend-{m.boot}-{m.ranges[0][0]}",
                wire.COMMAND_RESEND,
                {"boot": m.boot, "ranges": m.ranges},
            )


def send_commands(connection: Connection, office: Office) -> None:
    """Hands waiting commands of people and programs to the broker."""
    if office.link.connected:
        dispatch.send_due(connection, office.link.command)


def expire_commands(connection: Connection, _: Office) -> None:
    """Ends commands whose time is over."""
    dispatch.expire(connection)
