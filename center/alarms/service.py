"""What people do about alarms; what facts say of them is taken in by `report`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms import record, repository
from center.alarms.errors import ActNotPossible, AlreadyAcknowledged, ShelvingEnd
from center.alarms.escalation.repository import further_level
from center.alarms.lifecycle import Action, Done, follow, sources
from center.alarms.models import Alarm, AlarmAct
from center.alarms.record import Change, Held, Step
from center.alarms.reporting import Reported, report
from center.alarms.schemas import AcknowledgedMany, AlarmRead, NotAcknowledged
from center.alarms.settings import AlarmSettings
from center.alarms.signals import Relief, Severity, Source, Trouble, Value
from center.audit.service import audit
from center.clock import now
from center.errors import NotFound, Stale
from center.identity.caller import Caller
from center.requests import Precondition
from center.settings import settings

__all__ = [
    "Relief", "Reported", "Severity", "Source", "Trouble", "Value", "acknowledge",
    "acknowledge_many", "close", "close_for_rule", "escalate", "note", "report", "shelve",
    "unshelve",
]  # fmt: skip


def acknowledge(
    session: Session, caller: Caller, alarm: int, words: str, version: Precondition
) -> AlarmRead:
    """Somebody has seen it and takes care.

    Raises:
        NotFound, Stale, AlreadyAcknowledged, ActNotPossible
    """
    return _act(session, caller, alarm, "acknowledge", words, version)


def shelve(
    session: Session,
    caller: Caller,
    alarm: int,
    until: datetime,
    reason: str,
    version: Precondition,
) -> AlarmRead:
    """Puts an alarm aside until then; it comes back by itself.

    Raises:
        NotFound, Stale, ActNotPossible, ShelvingEnd
    """
    longest = timedelta(hours=settings(AlarmSettings).alarm_shelving_hours)
    if not now() < until <= now() + longest:
        raise ShelvingEnd(hours=longest / timedelta(hours=1))
    return _act(session, caller, alarm, "shelve", reason, version, until=until)


def unshelve(session: Session, caller: Caller, alarm: int, version: Precondition) -> AlarmRead:
    """Takes an alarm back before its time.

    Raises:
        NotFound, Stale, ActNotPossible
    """
    return _act(session, caller, alarm, "unshelve", "", version)


def escalate(
    session: Session, caller: Caller, alarm: int, reason: str, version: Precondition
) -> AlarmRead:
    """Gives an alarm to the next role of the matrix, who has to acknowledge it.

    Raises:
        NotFound, Stale, ActNotPossible, NoFurtherLevel
    """
    return _act(session, caller, alarm, "escalate", reason, version)


def close(
    session: Session, caller: Caller, alarm: int, reason: str, version: Precondition
) -> AlarmRead:
    """Ends an alarm for good, whatever the facts say; a newer fact raises another one.

    Raises:
        NotFound, Stale, ActNotPossible
    """
    return _act(session, caller, alarm, "close", reason, version)


def note(
    session: Session, caller: Caller, alarm: int, words: str, version: Precondition
) -> AlarmRead:
    """Adds a note to the time line.

    Raises:
        NotFound, Stale
    """
    return _act(session, caller, alarm, "note", words, version)


def acknowledge_many(
    session: Session,
    caller: Caller,
    words: str,
    *,
    ids: Sequence[int] | None = None,
    group: int | None = None,
) -> AcknowledgedMany:
    """Acknowledges what of these waits for it in the caller's divisions; the rest is left.

    Raises:
        NotFound: no alarm of the group lies in the caller's divisions.
    """
    chosen = Alarm.group_id == group if ids is None else Alarm.id.in_(ids)
    fits = [caller.scope(Alarm.division_code), chosen]
    if group is not None and session.scalar(sa.select(sa.exists().where(*fits))) is not True:
        raise NotFound()
    held = record.hold(session, *fits, Alarm.state.in_(sources("acknowledge")))
    done = Done("acknowledge", now(), caller.username)
    changes = [change for one in held if (change := _change(one, done, caller, words))]
    record.write(session, changes)
    taken = sorted(change.held.id for change in changes)
    if taken:
        kind, name = ("alarm", "") if group is None else ("alarm_group", group)
        named = {} if ids is None else {"ids": taken}
        told: dict[str, Any] = {"count": len(taken), "note": words, **named}
        audit(session, caller, "alarm.acknowledge_many", kind, name, **told)
    left = sorted(set(ids or ()) - set(taken))
    return AcknowledgedMany(acknowledged=taken, left=_left(session, fits, left))


def close_for_rule(session: Session, caller: Caller, rule_id: int, reason: str) -> int:
    """Closes what a rule has raised and is open, in all divisions: the rule is another one now."""
    held = record.hold(session, Alarm.rule_id == rule_id, Alarm.state != "closed")
    done = Done("close", now(), caller.username)
    changes = [change for one in held if (change := _change(one, done, caller, reason))]
    record.write(session, changes)
    if changes:
        audit(
            session, caller, "alarm.close_for_rule", "rule", rule_id,
            count=len(changes), reason=reason,
        )  # fmt: skip
    return len(changes)


def _act(
    session: Session,
    caller: Caller,
    alarm: int,
    act: Action,
    words: str,
    version: Precondition,
    until: datetime | None = None,
) -> AlarmRead:
    held = _find(session, caller, alarm)
    change = _change(held, Done(act, now(), caller.username, until), caller, words)
    if change is None:
        raise _refusal(session, held, act)
    _check(session, held, version)
    detail = _detail(session, held, act, until)
    (step,) = change.steps
    told = Step(step.act, step.after, step.actor, step.actor_id, step.note, detail)
    record.write(session, [Change(held, change.after, (told,))])
    audit(session, caller, f"alarm.{act}", "alarm", alarm, note=words, **detail)
    (read,) = repository.read(session, [alarm])
    return read


def _find(session: Session, caller: Caller, alarm: int) -> Held:
    found = record.hold(session, Alarm.id == alarm, caller.scope(Alarm.division_code))
    if not found:
        raise NotFound()
    return found[0]


def _change(held: Held, done: Done, caller: Caller, words: str) -> Change | None:
    after = follow(held.standing, done)
    if after is None:
        return None
    step = Step(done.act, after, caller.username, caller.user_id or None, words)
    return Change(held, after, (step,))


def _detail(session: Session, held: Held, act: Action, until: datetime | None) -> dict[str, Any]:
    """What the time line tells of an act beside its words."""
    if act == "shelve":
        return {"until": until}
    if act == "escalate":
        level = further_level(session, held.standing.severity, held.standing.level)
        return {"level": level.level, "to_role": level.to_role}
    return {}


def _refusal(session: Session, held: Held, act: Action) -> Exception:
    standing = held.standing
    told = {"state": standing.state, "version": standing.version}
    if act == "acknowledge" and standing.acknowledged_by is not None:
        return AlreadyAcknowledged(
            f"{standing.acknowledged_by} was first.",
            by=standing.acknowledged_by,
            at=standing.acknowledged_at,
            **told,
        )
    return ActNotPossible(
        f"The alarm is {standing.state}.", act=act, **told, **_last(session, held)
    )


def _check(session: Session, held: Held, version: Precondition) -> None:
    """Says with the refusal who has changed the alarm since."""
    try:
        version.check(held.standing)
    except Stale as stale:
        raise Stale(version=held.standing.version, **_last(session, held)) from stale


def _last(session: Session, held: Held) -> dict[str, Any]:
    newest = sa.select(AlarmAct).where(AlarmAct.alarm == held.id).order_by(AlarmAct.id.desc())
    act = session.scalar(newest.limit(1))
    return {} if act is None else {"by": act.actor, "last_act": act.act, "at": act.time}


def _left(
    session: Session, fits: Sequence[sa.ColumnElement[bool]], ids: Sequence[int]
) -> list[NotAcknowledged]:
    rows = session.execute(
        sa.select(Alarm.id, Alarm.state, Alarm.acknowledged_by).where(*fits, Alarm.id.in_(ids))
    )
    known = {row.id: row for row in rows}
    return [
        NotAcknowledged(
            id=alarm,
            state=known[alarm].state if alarm in known else None,
            by=known[alarm].acknowledged_by if alarm in known else None,
        )
        for alarm in ids
    ]
