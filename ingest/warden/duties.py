"""The warden's duties: each a short act on the database and the broker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg

from center.clock import now
from center.logs import logger
from center.outbox import emit_on
from ingest import blindness, liveness
from ingest.commands import dispatch
from ingest.devices.broker_files import publish_broker_files
from ingest.devices.events import DeviceMisnumbers, DeviceStateChanged
from ingest.devices.revision import newest
from ingest.ledger import gaps, ragged
from ingest.warden import brim, resends, status

if TYPE_CHECKING:
    from ingest.warden.warden import Office

log = logger(__name__)
Connection = psycopg.Connection[Any]
Done = Callable[[], None]  # what is left to do once the act is committed


def publish_accounts(connection: Connection, office: Office) -> None:
    """Keeps the broker's account files as the register says, when the register changed."""
    revision = newest(connection)
    if office.notes.get("accounts") == revision:
        return
    is_first = "signalled" not in office.notes
    if not publish_broker_files(connection, office.mqtt, always_signal=is_first):
        office.notes["accounts"] = revision  # else there may be more to do
    office.notes["signalled"] = True


def keep_status(connection: Connection, office: Office) -> Done:
    """Writes down what devices and last wills said since the last round."""
    heard = office.link.statuses.first()
    status.keep(connection, heard)
    return partial(office.link.kept, heard)


def settle_commands(connection: Connection, office: Office) -> Done:
    """Notes what the broker said to what we gave it."""
    office.link.hear_answers()
    outcomes = office.link.outcomes.first()
    dispatch.settle(connection, outcomes)
    resends.count_attempts(connection, office, outcomes)

    def done() -> None:
        office.link.outcomes.drop(outcomes)
        resends.forget(office, outcomes)
        office.asking.settle(outcomes, now())

    return done


def judge_liveness(connection: Connection, office: Office) -> None:
    """Sets every device's state, not counting silence that was our own, and tells of changes."""
    moment = now()
    grace = timedelta(seconds=office.limits.reconnection_grace_seconds)
    blind = blindness.periods(connection, moment, grace)
    changes = liveness.refresh(
        connection, moment, blind, blindness.unconfirmed_before(connection, moment, grace)
    )
    # Of a device just registered there is nothing to tell yet.
    told = (c for c in changes if c.before is not None or c.state != "unknown")
    emit_on(connection, (DeviceStateChanged(**c._asdict()) for c in told))


def watch_the_brim(connection: Connection, office: Office) -> Done:
    """Tells when the broker fills, and each time that it has dropped something."""
    limit = office.mqtt.mqtt_queue_bytes
    level, events = brim.rise(office.level, dict(office.link.gauges), limit)
    emit_on(connection, events)
    for event in events:
        log.warning("broker_brim", told=type(event).__name__, **msgspec.structs.asdict(event))
    return partial(setattr, office, "level", level)


def follow_gaps(connection: Connection, office: Office) -> None:
    """Finds holes in the ledger and moves known gaps on."""
    gaps.follow(connection, office.limits)


def settle_ragged(connection: Connection, _: Office) -> None:
    """Closes the numbers of devices that leave holes everywhere, and tells of it."""
    settled = ragged.settle_ragged(connection)
    emit_on(connection, (DeviceMisnumbers(**s._asdict()) for s in settled))


def send_commands(connection: Connection, office: Office) -> None:
    """Has waiting commands of people and programs sent."""
    if office.link.connected:
        dispatch.send_due(connection, office.link.command)


def expire_commands(connection: Connection, _: Office) -> None:
    """Ends commands whose time is over."""
    dispatch.expire(connection)
