"""Gaps: holes in a device's numbers, followed until they are healed or lost."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg.types.multirange import Multirange

from center.database import sql
from center.settings import IngestSettings

MOST_RANGES = 256  # of one resend command (wire.Resend)
MOST_PER_TICK = 500


class Missing(NamedTuple):
    """Numbers a device is to send again: inclusive ranges of one boot, and which gaps they are."""

    device: int
    boot: int
    ranges: list[tuple[int, int]]
    gaps: list[int]


def inclusive(numbers: Multirange[Any]) -> list[tuple[int, int]]:
    """The ranges of an `int8multirange` with both ends in, e.g. `{[3,6)}` -> `[(3, 5)]`."""
    return [(int(part.lower or 0), int(part.upper or 0) - 1) for part in numbers]


def follow(connection: psycopg.Connection[Any], limits: IngestSettings) -> dict[str, int]:
    """Finds new holes and moves known gaps on; the caller commits.

    Returns: how many gaps changed, by their new state.
    """
    connection.execute(sql("ingest.ledger", "find_gaps"))
    moved = connection.execute(
        sql("ingest.ledger", "follow_gaps"),
        {
            "grace": timedelta(seconds=limits.gap_grace_seconds),
            "patience": timedelta(seconds=limits.gap_patience_seconds),
            "lost_after": timedelta(seconds=limits.gap_lost_seconds),
        },
    ).fetchall()
    lost = [row[0] for row in moved if row[3] == "lost"]
    if lost:
        connection.execute(sql("ingest.ledger", "write_off"), {"ids": lost})
    connection.execute(sql("ingest.ledger", "heal_late"))
    states = [row[3] for row in moved]
    return {state: states.count(state) for state in sorted(set(states))}


def to_request(connection: psycopg.Connection[Any], limits: IngestSettings) -> Sequence[Missing]:
    """Open gaps whose devices should be asked now, locked until the transaction ends."""
    rows = connection.execute(
        sql("ingest.ledger", "gaps_to_request"),
        {"pause": timedelta(seconds=limits.gap_resend_seconds), "most": MOST_PER_TICK},
    ).fetchall()
    return [Missing(row[0], row[1], inclusive(row[2])[:MOST_RANGES], row[3]) for row in rows]


def mark_requested(connection: psycopg.Connection[Any], gaps: Sequence[int]) -> None:
    """The question is on its way; it is not put again before a pause. The caller commits."""
    connection.execute("UPDATE gaps SET requested_at = now() WHERE id = ANY(%s)", (list(gaps),))


def count_attempts(connection: psycopg.Connection[Any], gaps: Sequence[int]) -> None:
    """The broker has taken the question over. The caller commits."""
    connection.execute("UPDATE gaps SET attempts = attempts + 1 WHERE id = ANY(%s)", (list(gaps),))
