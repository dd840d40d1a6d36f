"""Reading groups: what a caller sees of them is counted from the alarms in his divisions."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.groups.schemas import AlarmGroupRead
from center.alarms.lifecycle import UNACKNOWLEDGED
from center.alarms.models import Alarm, AlarmGroup
from center.alarms.signals import SEVERITIES
from center.identity.caller import Caller
from center.pages import Page, PageParameters, paginate

_SAME = (
    "id", "source", "kind", "title_zh", "title_en", "first_time", "last_time", "opened_at",
)  # fmt: skip
_open = Alarm.state != "closed"
_worst = sa.func.array_position(list(SEVERITIES), Alarm.severity)


def page_of(
    session: Session, caller: Caller, page: PageParameters, *, only_open: bool
) -> Page[AlarmGroupRead]:
    """Groups with an alarm in the caller's divisions, the newest first."""
    mine = sa.and_(Alarm.group_id == AlarmGroup.id, caller.scope(Alarm.division_code))
    counts = (
        sa.select(
            sa.func.count().label("count"),
            sa.func.count().filter(_open).label("open"),
            sa.func.count().filter(Alarm.state.in_(UNACKNOWLEDGED)).label("unacknowledged"),
            sa.func.min(_worst).filter(_open).label("worst"),
        )
        .where(mine)
        .correlate(AlarmGroup)
        .lateral()
    )
    seen = sa.exists().where(mine, _open) if only_open else sa.exists().where(mine)
    chosen = (
        sa.select(*(getattr(AlarmGroup, name) for name in _SAME), *counts.c)
        .join_from(AlarmGroup, counts, sa.true())
        .where(seen)
    )
    return paginate(session, chosen, [AlarmGroup.id], page, _read, descending=True)


def _read(*values: Any) -> AlarmGroupRead:
    head, (count, is_open, waiting, worst) = values[: len(_SAME)], values[len(_SAME) :]
    return AlarmGroupRead(
        **dict(zip(_SAME, head, strict=True)),
        severity=None if worst is None else SEVERITIES[worst - 1],
        count=count,
        open=is_open,
        unacknowledged=waiting,
    )
