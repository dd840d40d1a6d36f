"""Reading the facts of one device in all its streams, and its dead letters."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import quoted_name

from center.database import sql
from center.identity.caller import Caller
from ingest.deadletters.models import DeadLetter
from ingest.deadletters.repository import scope
from ingest.facts import FACT_TABLES
from ingest.messages.arrival import Asked, Past
from ingest.messages.order import Stretch

Row = sa.Row[Any]
Fact = dict[str, Any]

_LETTER = (
    "id", "first_received_at", "stream", "boot", "seq", "reason", "detail", "whole", "state",
    "repeats",
)  # fmt: skip


def reach(session: Session, device: int) -> Row:
    """`kind`, `created_at` and `last_seen` of a device there is."""
    return _named(session, "reach", device=device)[0]


def facts(session: Session, stream: str, device: int, asked: Stretch, limit: int) -> list[Fact]:
    """What the device said in one stream, the newest first. Both ends of the stretch are given,
    so that no chunk outside of it is opened."""
    stored = FACT_TABLES[stream]
    names = ("received_at", *stored.columns)
    own = [sa.column(quoted_name(name, quote=True), sa.types.NULLTYPE) for name in names]
    time = sa.column("time", sa.DateTime(timezone=True))
    boot, seq = sa.column("boot", sa.BigInteger), sa.column("seq", sa.BigInteger)
    mark = asked.mark
    chosen = (
        sa.select(time, boot, seq, *own)
        .select_from(sa.table(stored.table))
        .where(
            sa.column("device") == device,
            time >= asked.floor,
            time <= mark.time,
            sa.tuple_(time, boot, seq)
            < sa.tuple_(
                sa.literal(mark.time, time.type),
                sa.literal(mark.boot, boot.type),
                sa.literal(mark.seq, seq.type),
            ),
        )
        .order_by(time.desc(), boot.desc(), seq.desc())
        .limit(limit)
    )
    return [dict(row) for row in session.execute(chosen).mappings()]


def letters(
    session: Session, caller: Caller, device_id: str, before: int, limit: int
) -> Sequence[Row]:
    """Dead letters of the device with smaller numbers, the newest first."""
    chosen = (
        sa.select(*(getattr(DeadLetter, name) for name in _LETTER))
        .where(DeadLetter.device_id == device_id, DeadLetter.id < before, scope(caller))
        .order_by(DeadLetter.id.desc())
        .limit(limit)
    )
    return session.execute(chosen).all()


def past(session: Session, device: int, found: Sequence[Fact]) -> Past:
    """What is known of how these facts came."""
    if not found:
        return Past()
    boots = list({fact["boot"] for fact in found})
    numbers = [fact["seq"] for fact in found]
    asked = _named(
        session, "asked", device=device, boots=boots, first=min(numbers), last=max(numbers)
    )
    skews = _named(session, "skews", device=device, boots=boots)
    gaps = [Asked(gap.boot, gap.first, gap.beyond, gap.since) for gap in asked]
    return Past(gaps, {clock.boot: clock.clock_skew for clock in skews})


def _named(session: Session, name: str, **values: Any) -> Sequence[Row]:
    return session.connection().exec_driver_sql(sql("ingest.messages", name), values).all()
