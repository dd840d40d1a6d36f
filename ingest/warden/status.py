"""Status messages: last wills and births, decoded and kept per device."""

from collections.abc import Iterable
from typing import Any, NamedTuple

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


class Heard(NamedTuple):
    """A status message; `live` where it was said just now, not given out again as retained."""

    delivery: Delivery
    live: bool = True


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


def keep(connection: psycopg.Connection[Any], heard: Iterable[Heard]) -> None:
    """Keeps the newest status of each device and the dead letters among them; caller commits."""
    said = []
    refused = []
    for delivery, live in heard:
        if not delivery.payload:
            continue  # an empty retained message clears the topic; nothing is said by it
        delivery.reset()
        *_, delivery.kind, delivery.device_id, delivery.stream = delivery.topic.split("/")
        status = read_status(delivery)
        if status is None:
            refused.append(delivery)
        else:
            said.append((delivery, status, live))
    refused += _refuse_strangers(connection, [delivery for delivery, *_ in said])
    newest = {d.device_id: (d, status, live) for d, status, live in said if d.rejection is None}
    if newest:
        connection.execute(
            sql("ingest.warden", "status"),
            {
                "device_id": list(newest),
                "state": [s.state for _, s, _ in newest.values()],
                "at": [moment(d.received_us) for d, *_ in newest.values()],
                "boot": [s.boot for _, s, _ in newest.values()],
                "live": [live for *_, live in newest.values()],
            },
        )
    if refused:
        _bury(connection, refused)


def _refuse_strangers(
    connection: psycopg.Connection[Any], deliveries: list[Delivery]
) -> list[Delivery]:
    """Rejects and returns what devices said that are not registered, or as another kind."""
    rows = connection.execute(
        "SELECT device_id, kind FROM devices WHERE device_id = ANY(%s)",
        ([delivery.device_id for delivery in deliveries],),
    ).fetchall()
    kinds = dict(rows)
    for delivery in deliveries:
        kind = kinds.get(delivery.device_id)
        if kind is None:
            delivery.reject(reasons.UNKNOWN_DEVICE, f"no device {delivery.device_id[:64]!r}")
        elif kind != delivery.kind:
            delivery.reject(
                reasons.WRONG_KIND, f"registered as {kind}, wrote as {delivery.kind[:64]}"
            )
    return [delivery for delivery in deliveries if delivery.rejection is not None]


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
