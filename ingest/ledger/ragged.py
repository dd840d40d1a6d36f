"""Devices that do not number their messages one by one: their holes are closed in bulk."""

from typing import Any, NamedTuple

import psycopg

from center.database import sql

# A range is some 20 bytes. Honest devices have a handful; those whose every second message is lost
# for a quarter of an hour at 1 Hz stay below.
MOST_BYTES = 16 * 1024
KEPT_RANGES = 100  # the newest: what was lost among them a moment ago may still be sent again


class Settled(NamedTuple):
    """Numbers of one boot from `first` up to before `floor` were closed."""

    device: int
    device_id: str
    division_code: str
    boot: int
    first: int
    floor: int


def settle_ragged(
    connection: psycopg.Connection[Any], most_bytes: int = MOST_BYTES, keep: int = KEPT_RANGES
) -> list[Settled]:
    """Closes the numbers of every boot whose ranges have grown past `most_bytes`; caller commits.

    A number below the floor that comes after all is a dead letter, told apart by its detail.
    """
    rows = connection.execute(
        sql("ingest.ledger", "settle_ragged"), {"bytes": most_bytes, "keep": keep}
    ).fetchall()
    return [Settled(*row) for row in rows]
