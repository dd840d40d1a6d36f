"""Facts as the bulk writer commits them, at times of the test's choosing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest.batch import _mark_dirty
from ingest.delivery import Delivery
from ingest.register import DeviceEntry

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


def enrol(
    owner: psycopg.Connection, device_id: str, *, division: str = "430405", **more: Any
) -> int:
    """A device of the first model of its kind with the most quantities; its number."""
    row = owner.execute(
        "INSERT INTO devices (device_id, kind, model, name, division_code,"
        " expected_interval_seconds) SELECT %(id)s, kind, id, %(id)s, %(division)s, %(every)s"
        " FROM device_models WHERE kind = %(kind)s ORDER BY cardinality(quantities) DESC, id"
        " LIMIT 1 RETURNING id",
        {"id": device_id, "division": division, "kind": "sensor", "every": 60} | more,
    ).fetchone()
    assert row is not None
    return int(row[0])


def quantities(owner: psycopg.Connection, device: int) -> list[str]:
    """What the device measures, in the order of its stored values."""
    row = owner.execute(
        "SELECT quantities FROM device_models m JOIN devices d ON d.model = m.id WHERE d.id = %s",
        [device],
    ).fetchone()
    assert row is not None
    return list(row[0])


def store(
    connection: psycopg.Connection,
    readings: Sequence[tuple[int, datetime, Sequence[float | None]]],
) -> None:
    """(device, time, values) in the caller's transaction, with everything that goes with them."""
    with connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO readings (device, time, received_at, boot, seq, digest, batch, "values")'
            " VALUES (%s, %s, now(), 0, (random() * 1e15)::bigint, 0, 0, %s)",
            readings,
        )
        cursor.executemany(
            'INSERT INTO latest_readings AS l (device, time, received_at, "values")'
            " VALUES (%s, %s, now(), %s) ON CONFLICT (device) DO UPDATE"
            ' SET time = excluded.time, "values" = excluded."values"'
            " WHERE excluded.time >= l.time",
            sorted(readings),
        )
        _mark_dirty(cursor, [_delivery(device, time) for device, time, _ in readings])


def _delivery(device: int, time: datetime) -> Delivery:
    made = Delivery("", b"", None, 0)
    made.time_us = (time - _EPOCH) // timedelta(microseconds=1)
    made.device = DeviceEntry(device, "", "sensor", True, "430405", {}, (), (), None)
    return made


def counted(
    session: Session, device: int, place: int, start: datetime, end: datetime, bucket: str
) -> Mapping[datetime, tuple[int, float, float, float]]:
    """(count, mean, min, max) by bucket, counted from the readings themselves."""
    rows = session.execute(
        sa.text(
            "SELECT date_trunc(:bucket, time, 'Asia/Shanghai') AS b, count(v), avg(v), min(v),"
            ' max(v) FROM (SELECT time, "values"[:place] AS v FROM readings WHERE device = :device'
            " AND time >= :start AND time < :end) AS q WHERE v IS NOT NULL GROUP BY b"
        ),
        {"device": device, "place": place, "start": start, "end": end, "bucket": bucket},
    )
    return {row[0]: tuple(row[1:]) for row in rows}
