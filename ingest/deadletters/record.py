"""Writes the dead letters of a batch, in the writer's transaction."""

import hashlib
from collections.abc import Sequence
from typing import Any

import psycopg

from center.database import sql
from ingest import wire
from ingest.delivery import Delivery, Rejection
from ingest.ledger.deduplicate import moment

KEPT_BYTES = 256 * 1024  # of a payload; what is cut off is counted in `size`


def identity(topic: str, payload: bytes, part: str = "") -> bytes:
    """16 bytes that name a dead letter by topic and content.

    Numbered messages differ in their number, so equal content means the same message again.
    """
    digest = hashlib.blake2b(digest_size=16)
    for piece in (topic.encode("utf-8", "surrogatepass"), part.encode(), payload):
        digest.update(len(piece).to_bytes(8, "big"))
        digest.update(piece)
    return digest.digest()


def clean(text: str) -> str:
    """Text that PostgreSQL takes: no NUL, no lone surrogates."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()


def _row(d: Delivery, rejection: Rejection, *, whole: bool) -> dict[str, Any]:
    part = "" if whole else f"{rejection.reason.key}:{rejection.detail}"
    return {
        "identity": identity(d.topic, d.payload, part),
        "received_at": moment(d.received_us),
        "topic": clean(d.topic),
        "content_type": clean(d.content_type or wire.JSON),
        "device_id": d.device_id or None,
        "division_code": d.known.division_code if d.known else None,
        "stream": d.stream or None,
        "boot": d.message.boot if d.message else None,
        "seq": d.message.seq if d.message else None,
        "reason": rejection.reason.key,
        "detail": clean(rejection.detail),
        "whole": whole,
        "payload": d.payload[:KEPT_BYTES],
        "size": len(d.payload),
        "seen": 1,
    }


def record(cursor: psycopg.Cursor[Any], batch: Sequence[Delivery]) -> int:
    """Keeps the dead letters of a batch; one seen before makes its delivery a duplicate.

    Bad readings of stored messages are kept too, but only whole messages are counted.

    Returns: how many deliveries of the batch ended as new dead letters.
    """
    refused: dict[bytes, list[Delivery]] = {}
    rows: dict[bytes, dict[str, Any]] = {}
    for d in batch:
        if d.rejection is not None:
            row = _row(d, d.rejection, whole=True)
            rows.setdefault(row["identity"], row)
            same = refused.setdefault(row["identity"], [])
            same.append(d)
            rows[row["identity"]]["seen"] = len(same)
        elif not d.duplicate:
            for fault in d.faults:
                row = _row(d, fault, whole=False)
                rows[row["identity"]] = row
    if not rows:
        return 0
    cursor.execute(
        sql("ingest.deadletters", "record"),
        {key: [row[key] for row in rows.values()] for key in next(iter(rows.values()))},
    )
    new = 0
    for key, is_new in cursor.fetchall():
        deliveries = refused.get(bytes(key), [])
        first_repeat = 1 if is_new else 0
        new += min(first_repeat, len(deliveries))
        for repeat in deliveries[first_repeat:]:
            repeat.duplicate = True
    return new
