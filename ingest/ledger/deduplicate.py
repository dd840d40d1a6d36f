"""Decides, in the writer's transaction, which deliveries of a batch are new."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from center.database import sql
from ingest.arrays import integers, literals, numbers
from ingest.deadletters import reasons
from ingest.delivery import Delivery
from ingest.facts import FACT_TABLES

Key = tuple[int, int]  # device number, boot
Groups = dict[Key, dict[int, Delivery]]  # ... -> seq -> first delivery with that number
Repeat = tuple[Delivery, Delivery]  # the first in the batch, and a later one of the same number


def moment(us: int) -> datetime:
    """Unix microseconds as an aware datetime."""
    return datetime.fromtimestamp(us / 1e6, UTC)


def group(batch: Iterable[Delivery]) -> tuple[Groups, list[Repeat]]:
    """Numbered deliveries by device and boot, and those that repeat a number inside the batch.

    A message refused for its content still used its number up: it takes part, else its number
    would look like a gap for ever.
    """
    groups: Groups = {}
    repeats: list[Repeat] = []
    for delivery in batch:
        if delivery.device is None or delivery.message is None:
            continue
        mine = groups.setdefault((delivery.device.number, delivery.message.boot), {})
        first = mine.setdefault(delivery.message.seq, delivery)
        if first is not delivery:
            repeats.append((first, delivery))
    return groups, repeats


def settle_repeat(delivery: Delivery, stored_digest: int | None, given_up: int = 0) -> None:
    """A number that was used before: the same content is a duplicate, other content a conflict.

    Below `given_up` numbers are closed whether or not they ever came (`ingest.ledger.ragged`).
    """
    if delivery.rejection is not None:
        return  # its dead letter is known by content; the repeat is counted there
    if stored_digest == delivery.digest:
        delivery.duplicate = True
        return
    message = delivery.message
    where = f"boot {message.boot} seq {message.seq}" if message else "number"
    if stored_digest is None and message is not None and message.seq < given_up:
        delivery.reject(reasons.GIVEN_UP, f"{where}: what was missing below {given_up} is closed")
    else:
        delivery.reject(reasons.CONFLICT, f"{where} was committed before with other content")


def announcements(batch: Iterable[Delivery]) -> dict[Key, int]:
    """The newest numbers that devices say they have given out, so that a lost end is seen too."""
    newest: dict[Key, int] = {}
    for d in batch:
        if d.stream == "event" and d.rejection is None and d.device is not None:
            for said in getattr(d.message, "announce", ()):
                key = (d.device.number, said.boot)
                newest[key] = max(newest.get(key, -1), said.last)
    return newest


def multirange(seqs: Iterable[int]) -> str:
    """Numbers as the text of an `int8multirange`, e.g. `{[3,3],[4,4]}`; PostgreSQL joins them."""
    return "{" + ",".join([f"[{n},{n}]" for n in seqs]) + "}"


def deduplicate(cursor: psycopg.Cursor[Any], batch: Sequence[Delivery]) -> None:
    """Commits the batch's numbers to the ledger and marks duplicates and conflicts.

    Takes row locks in the order (device, boot), held until the transaction ends.
    """
    groups, repeats = group(batch)
    if not groups:
        return
    announced = announcements(batch)
    for key in announced.keys() - groups.keys():
        groups[key] = {}
    sample = {d.device.number: d for d in batch if d.device is not None and d.message is not None}
    newest = [
        max(mine.values(), key=_received) if mine else sample[device]
        for (device, _), mine in groups.items()
    ]
    cursor.execute(
        sql("ingest.ledger", "commit_numbers"),
        {
            "device": integers([key[0] for key in groups]),
            "boot": integers([key[1] for key in groups]),
            "numbers": literals([multirange(mine) for mine in groups.values()]),
            "received_us": integers([d.received_us for d in newest]),
            "skew": numbers([(d.time_us - d.received_us) / 1e6 for d in newest]),
            "announced": integers([announced.get(key, -1) for key in groups]),
        },
    )
    rows = cursor.fetchall()
    given_up = {(device, boot): settled for device, boot, _, settled in rows if settled}
    known = [
        delivery
        for device, boot, added, _ in rows
        for seq, delivery in groups[device, boot].items()
        # A Multirange is a list of ranges: `in` on the whole would compare ranges, not numbers.
        if not any(seq in part for part in added)
    ]
    # The first of a batch need not be the one that is stored: its repeats are compared with it
    # only where it is new.
    committed = set(known)
    for first, repeat in repeats:
        if first in committed:
            known.append(repeat)
        else:
            settle_repeat(repeat, first.digest)
    if known:
        _settle(cursor, [d for d in known if d.rejection is None], given_up)


def _received(delivery: Delivery) -> int:
    return delivery.received_us


def _settle(cursor: psycopg.Cursor[Any], known: list[Delivery], given_up: dict[Key, int]) -> None:
    """Compares deliveries whose number is committed with what was stored under it."""
    for stream, fact_table in FACT_TABLES.items():
        mine = [d for d in known if d.stream == stream]
        if not mine:
            continue
        times = [moment(d.time_us) for d in mine]
        cursor.execute(
            f"""
            SELECT f.device, f.boot, f.seq, f.digest
            FROM unnest(%(device)s::int[], %(time)s::timestamptz[], %(boot)s::bigint[],
                        %(seq)s::bigint[]) AS t(device, time, boot, seq)
            JOIN {fact_table.table} f USING (device, time, boot, seq)
            WHERE f.time BETWEEN %(first)s AND %(last)s
            """,  # noqa: S608  # the table name is a row of FACT_TABLES
            {
                "device": [d.device.number for d in mine if d.device],
                "time": times,
                "boot": [d.message.boot for d in mine if d.message],
                "seq": [d.message.seq for d in mine if d.message],
                "first": min(times),
                "last": max(times),
            },
        )
        stored = {(row[0], row[1], row[2]): row[3] for row in cursor.fetchall()}
        for d in mine:
            if d.device is not None and d.message is not None:
                key = (d.device.number, d.message.boot)
                settle_repeat(d, stored.get((*key, d.message.seq)), given_up.get(key, 0))
