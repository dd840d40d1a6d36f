"""Holds what is stored against what devices say they published: exactly once, or what differs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from ingest.facts import FACT_TABLES
from simulators.witness import Told

Key = tuple[str, int, int]  # device id, boot, seq
SHOWN = 5  # examples of each kind of difference
MASK = (1 << 64) - 1

COUNTS = "deliveries", "stored", "duplicates", "dead_letters"


@dataclass(frozen=True)
class Store:
    """The facts and the ledger as they are committed.

    `facts` counts rows by message, `digests` holds their content as the truth file writes it;
    `numbers` are those the ledger holds as committed, `buried` those of whole dead letters.
    """

    facts: Counter[Key]
    digests: dict[Key, str]
    numbers: set[Key]
    buried: Counter[Key | None]
    counters: dict[str, int]
    gateways: dict[str, int]
    batches: dict[str, int]
    gaps: dict[str, int]
    holed: int
    reports_due: int


def read(connection: psycopg.Connection[Any]) -> Store:
    """Everything at one moment; for stores of up to some million messages."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        rows = list(_facts(connection))
        return Store(
            facts=Counter(key for key, _ in rows),
            digests=dict(rows),
            numbers=set(_numbers(connection)),
            buried=_buried(connection),
            counters=_sums(connection, "counters"),
            # The warden buries bad status messages without a batch; its row is number 0.
            gateways=_sums(connection, "counters WHERE writer > 0"),
            batches=_sums(connection, "batches"),
            gaps=_gaps(connection),
            holed=_one(connection, "SELECT count(*) FROM ledger WHERE holed"),
            reports_due=_one(
                connection, "SELECT count(*) FROM report_requests WHERE done_at IS NULL"
            ),
        )


def differences(told: Told, store: Store) -> list[str]:
    """All that keeps the ledger from being exact, in words; empty when it is.

    Exact: every message that was made is stored once with its own content, or, where the line
    spoilt it, is a dead letter; nothing else is stored; the sums agree; no number is missing.
    """
    known = {device for device, _, _ in told.made}  # other devices have other witnesses
    damaged = {(line.device, line.boot, line.seq) for line in told.damaged}
    stored = store.facts.keys()
    expected = told.made.keys() - told.dropped - (damaged - stored)
    found = [
        *_examples("stored more than once", (k for k, n in store.facts.items() if n > 1)),
        *_examples("acknowledged and not stored", told.delivered.keys() - stored - damaged),
        *_examples("made and not stored", expected - stored - told.delivered.keys()),
        *_examples(
            "stored and never made", (k for k in stored - told.made.keys() if k[0] in known)
        ),
        *_examples(
            "stored with other content",
            (k for k in stored & told.made.keys() if store.digests[k] != told.made[k]),
        ),
        *_examples("stored and not in the ledger", stored - store.numbers),
        *_examples(
            "in the ledger and neither stored nor a dead letter",
            store.numbers - stored - {key for key in store.buried if key is not None},
        ),
    ]
    return found + sums(store) + unfinished(store)


def sums(store: Store) -> list[str]:
    """Where the counters contradict each other or the rows."""
    counted = store.counters
    parts = counted["stored"] + counted["duplicates"] + counted["dead_letters"]
    pairs = {
        "deliveries and stored + duplicates + dead letters": (counted["deliveries"], parts),
        "counted and actual facts": (counted["stored"], store.facts.total()),
        "counted and actual dead letters": (counted["dead_letters"], store.buried.total()),
        **{f"{n} of gateways and batches": (store.gateways[n], store.batches[n]) for n in COUNTS},
    }
    return [f"{name} differ: {a:,} and {b:,}" for name, (a, b) in pairs.items() if a != b]


def unfinished(store: Store) -> list[str]:
    """What the warden has still to do, or has given up."""
    said = [f"{n} gaps {state}" for state, n in store.gaps.items() if state != "healed"]
    said += [f"{store.holed} devices with holes"] if store.holed else []
    return said + ([f"{store.reports_due} reports to ask for"] if store.reports_due else [])


def _examples(what: str, keys: Iterable[Key]) -> list[str]:
    all_keys = sorted(keys)
    shown = ", ".join("{} {}/{}".format(*key) for key in all_keys[:SHOWN])
    return [f"{len(all_keys)} messages {what}: {shown}"] if all_keys else []


def _facts(connection: psycopg.Connection[Any]) -> Iterator[tuple[Key, str]]:
    for row in FACT_TABLES.values():
        found = connection.execute(
            f"""SELECT d.device_id, f.boot, f.seq, f.digest
                FROM {row.table} f JOIN devices d ON d.id = f.device"""  # noqa: S608  # our table
        )
        for device_id, boot, seq, digest in found:
            yield (device_id, boot, seq), f"{digest & MASK:016x}"


def _numbers(connection: psycopg.Connection[Any]) -> Iterator[Key]:
    for device_id, boot, committed in connection.execute(
        "SELECT d.device_id, l.boot, l.committed FROM ledger l JOIN devices d ON d.id = l.device"
    ):
        for part in committed:
            yield from ((device_id, boot, seq) for seq in range(part.lower, part.upper))


def _buried(connection: psycopg.Connection[Any]) -> Counter[Key | None]:
    rows = connection.execute("SELECT device_id, boot, seq FROM dead_letters WHERE whole")
    return Counter(None if row[1] is None else (row[0], row[1], row[2]) for row in rows)


def _sums(connection: psycopg.Connection[Any], source: str) -> dict[str, int]:
    columns = ", ".join(f"coalesce(sum({name}), 0)::bigint" for name in COUNTS)
    rows = connection.execute(f"SELECT {columns} FROM {source}").fetchall()  # noqa: S608  # names of ours
    return dict(zip(COUNTS, rows[0], strict=True))


def _gaps(connection: psycopg.Connection[Any]) -> dict[str, int]:
    return dict(connection.execute("SELECT state, count(*) FROM gaps GROUP BY state").fetchall())


def _one(connection: psycopg.Connection[Any], query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
