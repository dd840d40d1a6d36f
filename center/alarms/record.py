"""Writing alarms: rows held by their lock, changed many at a time, each act told and kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.events import AlarmChanged, What
from center.alarms.lifecycle import Act, Standing
from center.alarms.models import Alarm
from center.alarms.signals import Value
from center.database import sql
from center.outbox import emit

PACKAGE = "center.alarms"

_WHAT: Final[dict[Act, What]] = {
    "raise": "raised",
    "worsen": "raised",
    "clear": "cleared",
    "acknowledge": "acknowledged",
    "shelve": "shelved",
    "unshelve": "unshelved",
    "escalate": "escalated",
    "close": "closed",
    "note": "noted",
}
_STANDING = tuple(item.name for item in fields(Standing))


@dataclass(frozen=True, slots=True)
class Held:
    """An alarm whose row is locked until the transaction ends."""

    id: int
    key: str
    division_code: str
    device: int | None
    group: int | None
    evidence: tuple[str, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Step:
    """One act on an alarm as its time line tells it; `after` is how the alarm stands then."""

    act: Act
    after: Standing
    actor: str
    actor_id: int | None = None
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a held alarm. Without a step it was only repeated; `told`: tell even so."""

    held: Held
    after: Standing
    steps: tuple[Step, ...] = ()
    told: bool = False
    values: tuple[Value, ...] = ()
    evidence: tuple[str, ...] | None = None


def hold(
    session: Session,
    *where: sa.ColumnElement[bool],
    limit: int | None = None,
    skip_locked: bool = False,
) -> list[Held]:
    """Locks the alarms that fit, in the order of their keys as everybody does."""
    columns = [getattr(Alarm, name) for name in _STANDING]
    chosen = (
        sa.select(
            Alarm.id, Alarm.key, Alarm.division_code, Alarm.device, Alarm.group_id,
            Alarm.evidence, *columns,
        )
        .where(*where)
        .order_by(Alarm.key)
        .limit(limit)
        .with_for_update(skip_locked=skip_locked, of=Alarm)
    )  # fmt: skip
    return [_held(row) for row in session.execute(chosen)]


def _held(row: Sequence[Any]) -> Held:
    head, standing = row[:6], row[6:]
    evidence = tuple(bytes(digest).hex() for digest in head[5])
    return Held(
        head[0], head[1], head[2], head[3], head[4], evidence,
        Standing(**dict(zip(_STANDING, standing, strict=True))),
    )  # fmt: skip


def write(session: Session, changes: Sequence[Change]) -> None:
    """Changes held alarms, adds to their time lines and tells of it, all with this commit."""
    if not changes:
        return
    rows = [
        standing_fields(change.after)
        | {
            "id": change.held.id,
            "measured": change.values or None,
            "evidence": change.evidence,
        }
        for change in changes
    ]
    run(session, "update", rows=encoded(rows))
    tell(session, [(change.held, change.steps) for change in changes])
    emit(session, *(_event(c.held, c.after, "repeated") for c in changes if c.told))


def tell(session: Session, told: Sequence[tuple[Held, Sequence[Step]]]) -> None:
    """Adds acts to the time lines, and an event for each."""
    acts = [(held, step) for held, steps in told for step in steps]
    if acts:
        run(session, "acts", rows=encoded([_line(*act) for act in acts]))
        emit(session, *(_event(held, step.after, what_of(step)) for held, step in acts))


def standing_fields(standing: Standing) -> dict[str, Any]:
    """The columns of `alarms` that a standing holds."""
    return {name: getattr(standing, name) for name in _STANDING}


def what_of(step: Step) -> What:
    """What the event of an act says: an alarm that its fact has closed is closed."""
    return "closed" if step.act == "clear" and step.after.state == "closed" else _WHAT[step.act]


def run(session: Session, name: str, **given: Any) -> sa.CursorResult[Any]:
    """A statement of `queries/`."""
    return session.connection().exec_driver_sql(sql(PACKAGE, name), given)


def encoded(rows: Any) -> str:
    """Rows as JSON for `json_to_recordset`; a number that is none becomes null."""
    return msgspec.json.encode(rows).decode()


def _line(held: Held, step: Step) -> dict[str, Any]:
    return {
        "alarm": held.id,
        "time": step.after.changed_at,
        "act": step.act,
        "state": step.after.state,
        "actor_id": step.actor_id,
        "actor": step.actor,
        "note": step.note,
        "detail": step.detail,
    }


def _event(held: Held, after: Standing, what: What) -> AlarmChanged:
    return AlarmChanged(
        alarm=held.id,
        version=after.version,
        what=what,
        state=after.state,
        severity=after.severity,
        division_code=held.division_code,
        device=held.device,
        group=held.group,
    )
