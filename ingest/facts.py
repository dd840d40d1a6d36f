"""Facts as rows of PostgreSQL's binary COPY: one row of a table per stream."""

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg

from ingest import wire
from ingest.delivery import Delivery

# Microseconds between the epochs of Unix (1970) and PostgreSQL (2000).
PG_EPOCH_US = 946_684_800_000_000
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = struct.pack(">i", -1)
_FLOAT8_OID = 701
_TEXT_OID = 25
COMMON = ("device", "time", "received_at", "boot", "seq", "digest", "batch")
_common = struct.Struct(">h ii iq iq iq iq iq iq")
_null_float8 = struct.pack(">i", -1)
_one_float8 = struct.Struct(">id")


def _pack_common(fields: int, d: Delivery, batch: int) -> bytes:
    message, device = d.message, d.device
    assert message is not None  # stages reject every delivery without these
    assert device is not None
    return _common.pack(
        fields + 7,
        4, device.number,
        8, d.time_us - PG_EPOCH_US,
        8, d.received_us - PG_EPOCH_US,
        8, message.boot,
        8, message.seq,
        8, d.digest,
        8, batch,
    )  # fmt: skip


@cache
def _full_array(length: int) -> struct.Struct:
    return struct.Struct(">iiiiii" + "id" * length)


def pack_values(values: Sequence[float | None]) -> bytes:
    """A `double precision[]` field; None is NULL."""
    length = len(values)
    if None not in values:
        flat: list[Any] = [20 + 12 * length, 1, 0, _FLOAT8_OID, length, 1]
        for value in values:
            flat += (8, value)
        return _full_array(length).pack(*flat)
    body = b"".join(
        _null_float8 if value is None else _one_float8.pack(8, value) for value in values
    )
    return struct.pack(">iiiiii", 20 + len(body), 1, 1, _FLOAT8_OID, length, 1) + body


def _text(value: str | None) -> bytes:
    if value is None:
        return _NULL
    encoded = value.encode()
    return struct.pack(">i", len(encoded)) + encoded


def _texts(values: list[str]) -> bytes:
    if not values:
        return struct.pack(">iiii", 12, 0, 0, _TEXT_OID)
    body = b"".join(_text(value) for value in values)
    return struct.pack(">iiiiii", 20 + len(body), 1, 0, _TEXT_OID, len(values), 1) + body


def _real(value: float | None) -> bytes:
    return _NULL if value is None else struct.pack(">if", 4, value)


def _readings(d: Delivery) -> bytes:
    return pack_values(d.values)


def _position(d: Delivery) -> bytes:
    m = d.message
    assert isinstance(m, wire.Position)  # the decoder of the stream made it
    fixed = struct.pack(">id id if if", 8, m.lon, 8, m.lat, 4, m.speed_mps, 4, m.heading_deg)
    return fixed + _real(m.accuracy_m)


def _vehicle(m: wire.Pass | wire.Violation) -> bytes:
    return b"".join(
        (
            _text(m.plate),
            _text(m.plate_colour),
            _text(m.vehicle_class),
            struct.pack(">ih", 2, m.lane),
            _real(m.speed_mps),
        )
    )


def _pass(d: Delivery) -> bytes:
    m = d.message
    assert isinstance(m, wire.Pass)
    return _vehicle(m) + _texts(m.evidence)


def _violation(d: Delivery) -> bytes:
    m = d.message
    assert isinstance(m, wire.Violation)
    return _text(m.code) + _vehicle(m) + _real(m.limit_mps) + _texts(m.evidence)


def _event(d: Delivery) -> bytes:
    m = d.message
    assert isinstance(m, wire.Event)
    ok = _NULL if m.ok is None else struct.pack(">i?", 1, m.ok)
    return _text(m.name) + _text(m.command) + ok + _text(m.detail)


@dataclass(frozen=True, slots=True)
class FactTable:
    """Where the facts of a stream go: table, its own columns, and how they are packed."""

    table: str
    columns: tuple[str, ...]
    pack: Callable[[Delivery], bytes]

    def copy_statement(self) -> str:
        """The COPY of this table."""
        names = ", ".join(f'"{name}"' for name in (*COMMON, *self.columns))
        return f"COPY {self.table} ({names}) FROM STDIN (FORMAT BINARY)"


_VEHICLE = ("plate", "plate_colour", "vehicle_class", "lane", "speed_mps")
FACT_TABLES: dict[str, FactTable] = {
    "readings": FactTable("readings", ("values",), _readings),
    "position": FactTable(
        "positions", ("lon", "lat", "speed_mps", "heading_deg", "accuracy_m"), _position
    ),
    "pass": FactTable("passes", (*_VEHICLE, "evidence"), _pass),
    "violation": FactTable("violations", ("code", *_VEHICLE, "limit_mps", "evidence"), _violation),
    "event": FactTable("events", ("name", "command", "ok", "detail"), _event),
}


def store(cursor: psycopg.Cursor[Any], stream: str, facts: Iterable[Delivery], batch: int) -> None:
    """Copies the facts of one stream into its table, in the caller's transaction."""
    fact_table = FACT_TABLES[stream]
    fields = len(fact_table.columns)
    rows = [_pack_common(fields, d, batch) + fact_table.pack(d) for d in facts]
    with cursor.copy(fact_table.copy_statement()) as copy:
        copy.write(b"".join((_HEADER, *rows, _TRAILER)))
