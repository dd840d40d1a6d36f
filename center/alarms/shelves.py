"""Shelved alarms whose time is over come back by themselves."""

from datetime import datetime

from sqlalchemy.orm import Session

from center.alarms import record
from center.alarms.lifecycle import Done, follow
from center.alarms.models import Alarm
from center.alarms.record import Change, Held, Step
from center.audit.service import audit
from center.identity.caller import system

SLICE = 500
CLOCK = "clock"


def unshelve_due(session: Session, moment: datetime) -> int:
    """Takes back a slice of those whose shelving has ended; how many."""
    due = (Alarm.state == "shelved", Alarm.shelved_until <= moment)
    held = record.hold(session, *due, limit=SLICE, skip_locked=True)
    changes = [made for one in held if (made := _back(one, moment)) is not None]
    record.write(session, changes)
    if changes:
        ids = [made.held.id for made in changes]
        audit(session, system(CLOCK), "alarm.unshelve", "alarm", ids=ids)
    return len(changes)


def _back(held: Held, moment: datetime) -> Change | None:
    after = follow(held.standing, Done("unshelve", moment, CLOCK))
    return None if after is None else Change(held, after, (Step("unshelve", after, CLOCK),))
