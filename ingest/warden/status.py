"""Status messages: last wills and births, decoded and kept per device."""

from collections.abc import Iterable
from typing import Any

import msgspec
import psycopg

from center.database import sql
from ingest import wire
from ingest.deadletters import reasons
from ingest.deadletters.record import record
from ingest.decoders import UNDECODABLE
from ingest.delivery import Delivery
from ingest.ledger.deduplicate import moment

WARDEN_WRITER = 0  # its row in `counters`; gateways count from 1
_DECODERS: dict[str, msgspec.json.Decoder[wire.Status] | msgspec.msgpack.Decoder[wire.Status]] = {
    wire.JSON: msgspec.json.Decoder(wire.Status),
    wire.MESSAGEPACK: msgspec.msgpack.Decoder(wire.Status),
}


def read_status(delivery: Delivery) -> wire.Status | None:
    """The status a delivery carries; None, with the delivery rejected, when it is none."""
    decoder = _DECODERS.get(delivery.content_type or wire.JSON)
    if decoder is None:
        delivery.reject(reasons.CONTENT_TYPE, f"{delivery.content_type!r}")
        return None
    try:
        return decoder.decode(delivery.payload)
    except msgspec.ValidationError as error:
        delivery.reject(reasons.WRONG_TYPE, str(error))
    except UNDECODABLE as error:
        delivery.reject(reasons.NOT_DECODABLE, str(error)[:200])
    return None


def keep(connection: psycopg.Connection[Any], deliveries: Iterable[Delivery]) -> None:
    """Keeps the newest status of each device and the dead letters among them; caller commits."""
    newest: dict[str, tuple[Delivery, wire.Status]] = {}
    refused = []
    for delivery in deliveries:
        if not delivery.payload:
            continue  # an empty retained message clears the topic; nothing is said by it
        delivery.reset()
        delivery.device_id = delivery.topic.split("/")[3]
        delivery.stream = wire.STATUS_STREAM
        status = read_status(delivery)
        if status is None:
            refused.append(delivery)
        else:
            newest[delivery.device_id] = (delivery, status)
    if newest:
        connection.execute(
            sql("ingest.warden", "status"),
            {
                "device_id": list(newest),
                "state": [s.state for _, s in newest.values()],
                "at": [moment(d.received_us) for d, _ in newest.values()],
                "boot": [s.boot for _, s in newest.values()],
            },
        )
    if refused:
        _bury(connection, refused)


def _bury(connection: psycopg.Connection[Any], refused: list[Delivery]) -> None:
    with connection.cursor() as cursor:
        dead = record(cursor, refused)
    connection.execute(
        """INSERT INTO counters AS c (writer, deliveries, stored, duplicates, dead_letters)
           VALUES (%(writer)s, %(all)s, 0, %(again)s, %(dead)s)
           ON CONFLICT (writer) DO UPDATE SET
               deliveries = c.deliveries + excluded.deliveries,
               duplicates = c.duplicates + excluded.duplicates,
               dead_letters = c.dead_letters + excluded.dead_letters""",
        {
            "writer": WARDEN_WRITER,
            "all": len(refused),
            "again": len(refused) - dead,
            "dead": dead,
        },
    )
