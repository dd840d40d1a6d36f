"""Reading alarms: pages, single ones, what is open; inside the caller's divisions."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.lifecycle import STATES, UNACKNOWLEDGED, State, possible
from center.alarms.models import Alarm, AlarmAct, AlarmGroup
from center.alarms.schemas import (
    ActRead,
    AlarmRead,
    AlarmSummary,
    GroupMark,
    MeasuredRead,
    RuleMark,
    SeverityCounts,
)
from center.alarms.signals import SEVERITIES, Severity, Source
from center.errors import NotFound
from center.geojson import Point
from center.identity.caller import Caller
from center.pages import Page, PageParameters, paginate

MOST_OPEN = 5000  # of one snapshot: more than a rail can show and an operator can look at

_SAME = (
    "id", "version", "state", "severity", "source", "kind", "title_zh", "title_en", "device_id",
    "device_name", "division_code", "fact_time", "raised_at", "changed_at", "acknowledged_at",
    "acknowledged_by", "cleared_at", "closed_at", "shelved_until", "repeats",
)  # fmt: skip
_COLUMNS: tuple[Any, ...] = (
    *(getattr(Alarm, name) for name in _SAME),
    Alarm.level,
    sa.func.ST_X(Alarm.place).label("lon"),
    sa.func.ST_Y(Alarm.place).label("lat"),
    Alarm.measured,
    Alarm.evidence,
    Alarm.group_id,
    AlarmGroup.count.label("group_count"),
    Alarm.rule_id,
    Alarm.rule_version,
    Alarm.rule_name,
)
_NAMES = [column.key for column in _COLUMNS]
_SELECT = sa.select(*_COLUMNS).outerjoin(AlarmGroup, AlarmGroup.id == Alarm.group_id)
_worst = sa.func.array_position(list(SEVERITIES), Alarm.severity)
_open = Alarm.state != "closed"

_CONDITIONS: dict[str, Callable[[Any], sa.ColumnElement[bool]]] = {
    "states": Alarm.state.in_,
    "severities": Alarm.severity.in_,
    "division": lambda prefix: Alarm.division_code.startswith(prefix, autoescape=True),
    "source": lambda source: Alarm.source == source,
    "device": lambda device_id: Alarm.device_id == device_id,
    "group": lambda group: Alarm.group_id == group,
    "rule": lambda rule: Alarm.rule_id == rule,
    "text": lambda text: Alarm.search.contains(text.lower(), autoescape=True),
    "start": lambda moment: Alarm.raised_at >= moment,
    "end": lambda moment: Alarm.raised_at < moment,
    "open": lambda is_open: _open if is_open else sa.not_(_open),
}


@dataclass(frozen=True)
class Filters:
    """What a list of alarms is narrowed to; None: not narrowed. `division` is a prefix."""

    states: tuple[State, ...] | None = None
    severities: tuple[Severity, ...] | None = None
    division: str | None = None
    source: Source | None = None
    device: str | None = None
    group: int | None = None
    rule: int | None = None
    text: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    open: bool | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Each given filter as a condition."""
        given = {name: getattr(self, name) for name in _CONDITIONS}
        return [_CONDITIONS[name](value) for name, value in given.items() if value is not None]


def read(session: Session, ids: Collection[int]) -> list[AlarmRead]:
    """The alarms of these numbers that there are, by number, whatever their divisions."""
    chosen = _SELECT.where(Alarm.id.in_(ids)).order_by(Alarm.id)
    return [_read(*row) for row in session.execute(chosen)]


def page_of(
    session: Session, caller: Caller, page: PageParameters, filters: Filters
) -> Page[AlarmRead]:
    """One page in the caller's divisions, the newest first."""
    chosen = _SELECT.where(caller.scope(Alarm.division_code), *filters.conditions())
    return paginate(session, chosen, [Alarm.id], page, _read, descending=True)


def open_in(session: Session, caller: Caller, most: int = MOST_OPEN) -> list[AlarmRead]:
    """What is not closed in the caller's divisions: the worst first, of these the newest."""
    chosen = _SELECT.where(caller.scope(Alarm.division_code), _open)
    rows = session.execute(chosen.order_by(_worst, Alarm.id.desc()).limit(most))
    return [_read(*row) for row in rows]


def find(session: Session, caller: Caller, alarm: int) -> AlarmRead:
    """One alarm in the caller's divisions.

    Raises:
        NotFound
    """
    chosen = _SELECT.where(Alarm.id == alarm, caller.scope(Alarm.division_code))
    row = session.execute(chosen).one_or_none()
    if row is None:
        raise NotFound()
    return _read(*row)


def history(session: Session, caller: Caller, alarm: int, page: PageParameters) -> Page[ActRead]:
    """The time line of one alarm, the oldest first.

    Raises:
        NotFound
    """
    find(session, caller, alarm)
    chosen = sa.select(AlarmAct).where(AlarmAct.alarm == alarm)
    return paginate(session, chosen, [AlarmAct.id], page, _act)


def summary(session: Session, caller: Caller) -> AlarmSummary:
    """How many are open in the caller's divisions."""
    rows = session.execute(
        sa.select(Alarm.state, Alarm.severity, sa.func.count())
        .where(caller.scope(Alarm.division_code), _open)
        .group_by(Alarm.state, Alarm.severity)
    ).all()

    def counted(states: Sequence[State]) -> SeverityCounts:
        sums = {
            severity: sum(n for state, found, n in rows if found == severity and state in states)
            for severity in SEVERITIES
        }
        return SeverityCounts(**sums)

    return AlarmSummary(
        open=counted([state for state in STATES if state not in ("closed", "shelved")]),
        unacknowledged=counted(UNACKNOWLEDGED),
        shelved=sum(n for state, _, n in rows if state == "shelved"),
    )


def worst_by_device(session: Session) -> dict[int, Severity]:
    """The worst severity of what is raised, acknowledged or cleared, by number of the device."""
    rows = session.execute(
        sa.select(Alarm.device, sa.func.min(_worst))
        .where(_open, Alarm.state != "shelved", Alarm.device.is_not(None))
        .group_by(Alarm.device)
    )
    return {device: SEVERITIES[place - 1] for device, place in rows}


def _read(*values: Any) -> AlarmRead:
    row = dict(zip(_NAMES, values, strict=True))
    return AlarmRead(
        **{name: row[name] for name in _SAME},
        escalation_level=row["level"],
        place=None if row["lon"] is None else Point(coordinates=(row["lon"], row["lat"])),
        values=[MeasuredRead(**value) for value in row["measured"]],
        evidence=[bytes(digest).hex() for digest in row["evidence"]],
        group=None
        if row["group_id"] is None
        else GroupMark(id=row["group_id"], count=row["group_count"]),
        rule=None
        if row["rule_id"] is None
        else RuleMark(id=row["rule_id"], version=row["rule_version"], name=row["rule_name"]),
        actions=possible(row["state"]),
    )


def _act(act: AlarmAct) -> ActRead:
    return ActRead.model_validate(act, from_attributes=True)
