"""Reading silences: who sees a part of what one silences sees it."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.silences.models import Silence
from center.alarms.silences.schemas import SilenceRead
from center.clock import now
from center.errors import NotFound
from center.geojson import Polygon
from center.identity.caller import Caller
from center.pages import Page, PageParameters, paginate

_suppressed = sa.table(
    "alarms_suppressed", sa.column("silence", sa.BigInteger), sa.column("count", sa.BigInteger)
)
_count = (
    sa.select(sa.func.coalesce(sa.func.sum(_suppressed.c.count), 0))
    .where(_suppressed.c.silence == Silence.id)
    .scalar_subquery()
)
_TOUCHES = sa.text("""EXISTS (
    SELECT FROM unnest(silences.divisions) AS its, unnest(CAST(:mine AS text[])) AS mine
    WHERE starts_with(its, mine) OR starts_with(mine, its))""")
_SAME = (
    "id", "version", "device_id", "division", "divisions", "reason", "since", "until",
    "created_by", "ended_at", "ended_by",
)  # fmt: skip
_COLUMNS = (
    *(getattr(Silence, name) for name in _SAME),
    sa.func.ST_AsGeoJSON(Silence.area),
    _count,
)


def page_of(
    session: Session, caller: Caller, page: PageParameters, active: bool | None
) -> Page[SilenceRead]:
    """Silences that touch the caller's divisions, the newest first."""
    chosen = sa.select(*_COLUMNS).where(_touches(caller))
    if active is not None:
        chosen = chosen.where(_is_active() if active else sa.not_(_is_active()))
    return paginate(session, chosen, [Silence.id], page, _read, descending=True)


def shown(session: Session, caller: Caller, silence: int) -> SilenceRead:
    """One that touches the caller's divisions.

    Raises:
        NotFound
    """
    chosen = sa.select(*_COLUMNS).where(Silence.id == silence, _touches(caller))
    row = session.execute(chosen).one_or_none()
    if row is None:
        raise NotFound()
    return _read(*row)


def lock(session: Session, caller: Caller, silence: int) -> Silence:
    """The same to be changed.

    Raises:
        NotFound
    """
    chosen = sa.select(Silence).where(Silence.id == silence, _touches(caller)).with_for_update()
    found = session.scalar(chosen)
    if found is None:
        raise NotFound()
    return found


def _touches(caller: Caller) -> sa.TextClause:
    """Whether one lies within the other, in whichever way."""
    return _TOUCHES.bindparams(mine=list(caller.divisions))


def _is_active() -> sa.ColumnElement[bool]:
    return sa.and_(Silence.ended_at.is_(None), Silence.until > now())


def _read(*values: Any) -> SilenceRead:
    row = dict(zip(_SAME, values, strict=False))
    area, suppressed = values[len(_SAME) :]
    return SilenceRead(
        **row,
        area=None if area is None else Polygon(**_plain(json.loads(area))),
        active=row["ended_at"] is None and row["until"] > now(),
        suppressed=int(suppressed),
    )


def _plain(geometry: dict[str, Any]) -> dict[str, Any]:
    return {name: geometry[name] for name in ("type", "coordinates")}
