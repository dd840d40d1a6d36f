"""One transaction of the bulk writer: a batch of deliveries becomes facts, all or none."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import psycopg

from center.database import sql
from center.evidence.pending import Named, expect
from ingest import latest
from ingest.commands.answers import record_answers
from ingest.deadletters.record import record
from ingest.delivery import Delivery
from ingest.facts import store
from ingest.ledger.deduplicate import deduplicate, moment
from ingest.series.watermark import ROLLUP_LOCK

Facts = dict[str, list[Delivery]]


class Outcome(NamedTuple):
    """What became of a batch: deliveries = stored + duplicates + dead letters."""

    commit_no: int
    stored: int
    duplicates: int
    dead_letters: int


class AlreadyCommitted(Exception):
    """The batch was committed by an earlier attempt whose answer was lost."""


def is_committed(cursor: psycopg.Cursor[Any], batch: int) -> bool:
    """Whether an earlier attempt at this batch did commit."""
    cursor.execute("SELECT 1 FROM batches WHERE id = %s LIMIT 1", (batch,))
    return cursor.fetchone() is not None


def _rolled_upto_us(cursor: psycopg.Cursor[Any]) -> int:
    """Edge of the rollups, in Unix microseconds; it cannot move until this transaction ends."""
    # Two statements: the edge must be read under a snapshot taken after the lock was granted.
    cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", (ROLLUP_LOCK,))
    cursor.execute("SELECT (extract(epoch FROM rolled_upto) * 1e6)::bigint FROM rollup_progress")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _mark_dirty(cursor: psycopg.Cursor[Any], readings: list[Delivery]) -> None:
    edge = _rolled_upto_us(cursor)
    late = [d for d in readings if d.time_us < edge]
    if late:
        cursor.execute(
            sql("ingest", "mark_dirty"),
            {
                "device": [d.device.number for d in late if d.device],
                "time": [moment(d.time_us) for d in late],
            },
        )


def _expect_pictures(cursor: psycopg.Cursor[Any], facts: list[Delivery]) -> None:
    expect(
        cursor,
        (
            Named(picture, d.device.number, d.device.division_code, moment(d.received_us), True)
            for d in facts
            if d.device is not None
            for picture in getattr(d.message, "evidence", ())
        ),
    )


# What else a stream's facts change, in the same transaction.
EFFECTS: dict[str, Callable[[psycopg.Cursor[Any], list[Delivery]], None]] = {
    "readings": latest.keep_readings,
    "position": latest.keep_positions,
    "pass": _expect_pictures,
    "violation": _expect_pictures,
    "event": record_answers,
}


def write_batch(
    cursor: psycopg.Cursor[Any],
    writer: int,
    batch: int,
    deliveries: Sequence[Delivery],
    *,
    retry: bool,
) -> Outcome:
    """Writes everything about a batch; the caller commits.

    Raises:
        AlreadyCommitted: on a retry, when the first attempt turns out to have succeeded.
        psycopg.Error: nothing of the batch is kept.
    """
    deduplicate(cursor, deliveries)
    # The ledger rows are locked now: had the first attempt still been under way, we would have
    # waited for it above, so this look is final.
    if retry and is_committed(cursor, batch):
        raise AlreadyCommitted
    dead = record(cursor, deliveries)
    facts = keep_facts(cursor, batch, deliveries)
    return _close(cursor, writer, batch, deliveries, facts, dead)


def keep_facts(cursor: psycopg.Cursor[Any], batch: int, deliveries: Sequence[Delivery]) -> Facts:
    """Stores what is neither refused nor a duplicate, with all that facts change elsewhere."""
    facts: Facts = {}
    for d in deliveries:
        if d.rejection is None and not d.duplicate:
            facts.setdefault(d.stream, []).append(d)
    for stream, rows in facts.items():
        store(cursor, stream, rows, batch)
        effect = EFFECTS.get(stream)
        if effect is not None:
            effect(cursor, rows)
    _mark_dirty(cursor, facts.get("readings", []))
    return facts


def _close(
    cursor: psycopg.Cursor[Any],
    writer: int,
    batch: int,
    deliveries: Sequence[Delivery],
    facts: Facts,
    dead: int,
) -> Outcome:
    stored = sum(len(rows) for rows in facts.values())
    times = [d.time_us for rows in facts.values() for d in rows]
    received = [d.received_us for d in deliveries]
    counts = {
        "deliveries": len(deliveries),
        "stored": stored,
        "duplicates": len(deliveries) - stored - dead,
        "dead_letters": dead,
    }
    cursor.execute(
        sql("ingest", "close_batch"),
        counts
        | {
            "batch": batch,
            "writer": writer,
            "received_from": moment(min(received)),
            "received_to": moment(max(received)),
            "min_time": moment(min(times)) if times else None,
            "max_time": moment(max(times)) if times else None,
        },
    )
    row = cursor.fetchone()
    return Outcome(int(row[0]) if row else 0, stored, counts["duplicates"], dead)
