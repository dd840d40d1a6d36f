"""Keeps the latest readings and positions, in the writer's transaction."""

from collections.abc import Iterable
from typing import Any

import psycopg

from center.database import sql
from ingest import wire
from ingest.arrays import integers, literals, numbers
from ingest.delivery import Delivery


def _newest(facts: Iterable[Delivery]) -> list[Delivery]:
    newest: dict[int, Delivery] = {}
    for d in facts:
        assert d.device is not None  # only identified deliveries become facts
        other = newest.get(d.device.number)
        if other is None or d.time_us >= other.time_us:
            newest[d.device.number] = d
    return list(newest.values())


def _columns(facts: list[Delivery]) -> dict[str, str]:
    return {
        "device": integers([d.device.number for d in facts if d.device]),
        "time_us": integers([d.time_us for d in facts]),
        "received_us": integers([d.received_us for d in facts]),
    }


def _with_values(facts: list[Delivery]) -> dict[str, str]:
    return _columns(facts) | {"values": literals([numbers(d.values) for d in facts])}


def keep_readings(cursor: psycopg.Cursor[Any], facts: list[Delivery]) -> None:
    """Newest values per device; messages with some of the quantities only are merged by value."""
    whole: list[Delivery] = []
    partial: list[Delivery] = []
    for d in facts:
        (partial if None in d.values else whole).append(d)
    newest = _newest(whole)
    if newest:
        cursor.execute(sql("ingest", "latest_full"), _with_values(newest))
        if cursor.rowcount < len(newest):
            # Some came late: of a row made of parts they may still know a value better.
            partial += newest
    for round_ in _one_per_device(partial):
        cursor.execute(sql("ingest", "latest_partial"), _with_values(round_))


def _one_per_device(facts: list[Delivery]) -> Iterable[list[Delivery]]:
    """An upsert may touch a row once only: rounds in which each device appears once."""
    rounds: list[dict[int, Delivery]] = []
    depth: dict[int, int] = {}
    for d in sorted(facts, key=lambda d: d.time_us):
        assert d.device is not None
        level = depth.get(d.device.number, 0)
        depth[d.device.number] = level + 1
        if level == len(rounds):
            rounds.append({})
        rounds[level][d.device.number] = d
    return [list(r.values()) for r in rounds]


def keep_positions(cursor: psycopg.Cursor[Any], facts: list[Delivery]) -> None:
    """Newest fix per vehicle."""
    newest = _newest(facts)
    fixes = [d.message for d in newest if isinstance(d.message, wire.Position)]
    rows = _columns(newest) | {
        name: numbers([getattr(fix, name) for fix in fixes])
        for name in ("lon", "lat", "speed_mps", "heading_deg", "accuracy_m")
    }
    cursor.execute(sql("ingest", "latest_positions"), rows)
