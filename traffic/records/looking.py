"""Reading records newest first at a bounded cost, however many there are and whatever is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest.series.buckets import Window
from traffic.records.filters import Filters
from traffic.records.sites import Seen
from traffic.records.streams import Stream

# A page looks at so many records and then says how far it came. By a plate it need not: the index
# (plate, time) finds its records alone.
MOST_LOOKED_AT = 50_000
FEW = 24  # sites up to which each is asked by (device, time); more are asked by time
ABOVE = 2**63 - 1

_time = sa.column("time", sa.DateTime(timezone=True))
_device, _boot, _seq = (sa.column(name, sa.BigInteger) for name in ("device", "boot", "seq"))
_KEY: tuple[sa.ColumnClause[Any], ...] = (_time, _device, _boot, _seq)
_NEWEST_FIRST = tuple(column.desc() for column in _KEY)


class Mark(NamedTuple):
    """The record behind which one reads on."""

    time: datetime
    device: int
    boot: int
    seq: int


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, and down to which moment everything was looked at."""

    records: list[dict[str, Any]]
    floor: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A list that is asked for: records of `seen` sites in `span` behind `mark`."""

    stream: Stream
    seen: Seen
    span: Window
    filters: Filters
    mark: Mark | None
    limit: int

    @property
    def top(self) -> Mark:
        """Everything is below it."""
        return self.mark or Mark(self.span.end, -1, -1, -1)

    @property
    def by_site(self) -> bool:
        """Whether each site is asked by itself."""
        return len(self.seen.by_number) <= FEW and self.filters.plate is None

    @property
    def is_loose(self) -> bool:
        """Whether records are looked at that are then left out."""
        if self.filters.plate is not None:
            return False
        return bool(self.filters.conditions) or not (self.by_site or self.seen.everything)


def look(session: Session, asked: Question) -> Look:
    """Up to `limit` records, the newest first."""
    if not asked.seen.by_number:
        return Look([], asked.span.start)
    floor = _floor(session, asked) if asked.is_loose else None
    floor = asked.span.start if floor is None else floor
    rows = session.execute(_records(asked, floor))
    return Look([dict(row) for row in rows.mappings()], floor)


def _bounds(asked: Question, floor: datetime) -> list[sa.ColumnElement[bool]]:
    """Both ends are plain constants, so that no chunk outside of them is opened."""
    top = asked.top
    last = [sa.literal(value, column.type) for value, column in zip(top, _KEY, strict=True)]
    return [_time >= floor, _time <= top.time, sa.tuple_(*_KEY) < sa.tuple_(*last)]


def _floor(session: Session, asked: Question) -> datetime | None:
    """Down to where a page looks; None: to the end of the window."""
    table = sa.table(asked.stream.table)
    bounds = [_time >= asked.span.start, _time <= asked.top.time]
    if not asked.by_site:
        newest = sa.select(_time).select_from(table).where(*bounds).order_by(_time.desc())
        return session.scalar(newest.offset(MOST_LOOKED_AT).limit(1))
    site, number = _sites(asked.seen.by_number)
    share = MOST_LOOKED_AT // len(asked.seen.by_number)
    deepest = (
        sa.select(_time)
        .select_from(table)
        .where(_device == number, *bounds)
        .order_by(_time.desc())
        .offset(share)
        .limit(1)
        .lateral("deepest")
    )
    chosen = sa.select(sa.func.max(deepest.c.time)).select_from(site.join(deepest, sa.true()))
    floor: datetime | None = session.scalar(chosen)
    return floor


def _records(asked: Question, floor: datetime) -> sa.Select[Any]:
    own: list[Any] = [sa.column(name) for name in ("received_at", *asked.stream.columns)]
    table = sa.table(asked.stream.table)
    narrowed = (
        sa.select(*_KEY, *own)
        .select_from(table)
        .where(*_bounds(asked, floor), *asked.filters.conditions)
    )
    if not asked.by_site:
        if not asked.seen.everything:
            narrowed = narrowed.where(_device == sa.any_(_numbers(asked.seen.by_number)))
        return narrowed.order_by(*_NEWEST_FIRST).limit(asked.limit)
    site, number = _sites(asked.seen.by_number)
    each = (
        narrowed.where(_device == number)
        .order_by(_time.desc(), _boot.desc(), _seq.desc())
        .limit(asked.limit)
        .lateral("each")
    )
    order = [each.c[column.name].desc() for column in _KEY]
    return (
        sa.select(each).select_from(site.join(each, sa.true())).order_by(*order).limit(asked.limit)
    )


def _numbers(numbers: Any) -> sa.BindParameter[Sequence[int]]:
    return sa.literal(list(numbers), sa.ARRAY(sa.Integer))


def _sites(numbers: Any) -> tuple[Any, sa.ColumnElement[int]]:
    site = sa.func.unnest(_numbers(numbers)).table_valued("number", name="site").render_derived()
    return site, site.c.number
