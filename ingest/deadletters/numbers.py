"""The numbers of replayed messages: committed to the ledger, and looked for among the facts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from center.database import sql
from center.settings import IngestSettings
from ingest.deadletters.attempt import Attempt, Number, StoredFact
from ingest.facts import FACT_TABLES
from ingest.ledger.deduplicate import moment, multirange


class Known(NamedTuple):
    """A number that was committed before, and when its boot's messages were received."""

    number: Number
    received_from: datetime
    received_to: datetime


def commit_numbers(cursor: psycopg.Cursor[Any], attempts: Sequence[Attempt]) -> list[Known]:
    """Uses up the numbers, those of refused messages too; returns those that were used before.

    Takes row locks in the order (device, boot), as batches do, held until the transaction ends.
    """
    groups: dict[tuple[int, int], dict[int, Attempt]] = {}
    for attempt in attempts:
        if attempt.number is not None:
            device, boot, seq = attempt.number
            groups.setdefault((device, boot), {}).setdefault(seq, attempt)
    if not groups:
        return []
    received = [[a.delivery.received_us for a in numbers.values()] for numbers in groups.values()]
    last = [list(numbers.values())[-1].delivery for numbers in groups.values()]
    cursor.execute(
        sql("ingest.deadletters", "commit_replayed"),
        {
            "device": [key[0] for key in groups],
            "boot": [key[1] for key in groups],
            "numbers": [multirange(numbers) for numbers in groups.values()],
            "received_from": [moment(min(times)) for times in received],
            "received_to": [moment(max(times)) for times in received],
            "skew": [(d.time_us - d.received_us) / 1e6 for d in last],
        },
    )
    return [
        Known(Number(device, boot, seq), first, last_seen)
        for device, boot, added, first, last_seen in cursor.fetchall()
        for seq in groups[device, boot]
        if not any(seq in part for part in added)
    ]


def facts_under(
    cursor: psycopg.Cursor[Any], known: Sequence[Known], limits: IngestSettings
) -> dict[Number, StoredFact]:
    """The facts stored under these numbers, in whatever stream and with whatever device time."""
    if not known:
        return {}
    names = {
        "device": [k.number.device for k in known],
        "boot": [k.number.boot for k in known],
        "seq": [k.number.seq for k in known],
        # Of a message received at t, no device time outside this window was ever accepted.
        "first": min(k.received_from for k in known)
        - timedelta(seconds=limits.ingest_accept_past_seconds),
        "last": max(k.received_to for k in known)
        + timedelta(seconds=limits.ingest_accept_future_seconds),
    }
    found = {}
    for fact_table in FACT_TABLES.values():
        cursor.execute(
            f"""
            SELECT f.device, f.boot, f.seq, f.digest, f.batch
            FROM unnest(%(device)s::int[], %(boot)s::bigint[], %(seq)s::bigint[])
                 AS t(device, boot, seq)
            JOIN {fact_table.table} f USING (device, boot, seq)
            WHERE f.time BETWEEN %(first)s AND %(last)s
            """,  # noqa: S608  # the table name is a row of FACT_TABLES
            names,
        )
        for device, boot, seq, digest, batch in cursor.fetchall():
            found[Number(device, boot, seq)] = StoredFact(digest, batch)
    return found
