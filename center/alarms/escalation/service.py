"""Setting the matrix, and escalating what nobody has acknowledged in time."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms import record
from center.alarms.errors import MatrixInvalid
from center.alarms.escalation import repository
from center.alarms.escalation.matrix import Level, due, wrong
from center.alarms.escalation.schemas import (
    EscalationLevel,
    EscalationMatrix,
    EscalationMatrixSet,
)
from center.alarms.lifecycle import Done, follow, sources
from center.alarms.models import Alarm
from center.alarms.record import Change, Held, Step
from center.audit.service import audit
from center.clock import now
from center.identity.caller import Caller, system
from center.identity.models import Role
from center.requests import Precondition

SLICE = 500
CLOCK = "clock"


def read(session: Session) -> EscalationMatrix:
    """The matrix in force."""
    head = repository.head(session)
    return EscalationMatrix(
        version=head.version,
        changed_at=head.changed_at,
        changed_by=head.changed_by,
        levels=[
            EscalationLevel(
                severity=row.severity,
                level=row.level,
                after_minutes=row.after_minutes,
                to_role=row.to_role,
            )
            for row in repository.levels(session)
        ],
    )


def change(
    session: Session, caller: Caller, body: EscalationMatrixSet, version: Precondition
) -> EscalationMatrix:
    """Puts another matrix into force.

    Raises:
        Stale, MatrixInvalid
    """
    head = repository.head(session, lock=True)
    version.check(head)
    rows = [Level(r.severity, r.level, r.after_minutes, r.to_role) for r in body.levels]
    if told := wrong(rows) or _unknown_role(session, rows):
        raise MatrixInvalid(told)
    repository.replace_levels(session, rows, head.version + 1, now(), caller.username)
    audit(session, caller, "escalation.change", "escalation_matrix", "", levels=[
        [row.severity, row.level, row.after_minutes, row.to_role] for row in rows
    ])  # fmt: skip
    return read(session)


def escalate_due(session: Session, moment: datetime) -> int:
    """Escalates a slice of what is due, by one level each; how many.

    Two workers at once never take the same alarm, and one that was raised by a level is not due
    for that level any more.
    """
    rows = repository.levels(session)
    if not rows:
        return 0
    held = record.hold(session, _is_due(rows, moment), limit=SLICE, skip_locked=True)
    changes = [made for one in held if (made := _escalated(rows, one, moment)) is not None]
    record.write(session, changes)
    if changes:
        ids = [made.held.id for made in changes]
        audit(session, system(CLOCK), "alarm.escalate", "alarm", ids=ids)
    return len(changes)


def _is_due(rows: list[Level], moment: datetime) -> sa.ColumnElement[bool]:
    """The rule of `due` as a condition: it only chooses what `due` then decides on."""
    ladder = sa.or_(*(
        sa.and_(
            Alarm.severity == row.severity,
            Alarm.level == row.level - 1,
            Alarm.waits_since <= moment - row.wait,
        )
        for row in rows
    ))  # fmt: skip
    # One level a turn, in however many slices.
    fresh = Alarm.changed_at < moment
    return sa.and_(Alarm.state.in_(sources("escalate", "clock")), fresh, ladder)


def _escalated(rows: list[Level], held: Held, moment: datetime) -> Change | None:
    standing = held.standing
    level = due(rows, standing.severity, standing.level, standing.waits_since, moment)
    after = follow(standing, Done("escalate", moment, CLOCK))
    if level is None or after is None:
        return None
    detail = {
        "level": level.level, "to_role": level.to_role, "after_minutes": level.after_minutes,
    }  # fmt: skip
    return Change(held, after, (Step("escalate", after, CLOCK, detail=detail),))


def _unknown_role(session: Session, rows: list[Level]) -> str | None:
    named = {row.to_role for row in rows}
    known = set(session.scalars(sa.select(Role.key).where(Role.key.in_(named))))
    return next((f"There is no role {role}." for role in sorted(named - known)), None)
