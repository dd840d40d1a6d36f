"""What the worker does about alarms by the clock."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms import shelves
from center.alarms.escalation import service as escalation
from center.alarms.holding import hold_evidence
from center.alarms.settings import AlarmSettings
from center.clock import now
from center.database import transaction
from center.logs import logger
from center.settings import settings

log = logger(__name__)
FORGET_SLICE = 2000
hold_evidence()  # whoever runs the tasks runs that of evidence, too


def watch_clock() -> None:
    """Takes back what was shelved until now, and escalates what nobody has acknowledged."""
    moment = now()
    _in_slices("alarms_unshelved", shelves.unshelve_due, shelves.SLICE, moment)
    _in_slices("alarms_escalated", escalation.escalate_due, escalation.SLICE, moment)


def forget_closed() -> None:
    """Deletes alarms that were closed long ago, with their time lines."""
    older = now() - timedelta(days=settings(AlarmSettings).alarm_retention_days)
    _in_slices("alarms_forgotten", _forget, FORGET_SLICE, older)


def _in_slices(
    event: str, act: Callable[[Session, datetime], int], size: int, moment: datetime
) -> None:
    """Acts on a slice a transaction until one is not full."""
    found, last = 0, size
    while last == size:
        with transaction() as session:
            last = act(session, moment)
        found += last
    if found:
        log.info(event, count=found)


def _forget(session: Session, older: datetime) -> int:
    given = {"older": older, "most": FORGET_SLICE}
    return int(session.execute(sa.text("SELECT forget_alarms(:older, :most)"), given).scalar_one())
