"""The matrix of escalation: after how long unacknowledged an alarm goes to which role."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from center.alarms.signals import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class Level:
    """A row: alarms of this severity come to this level after so many minutes, and to this role.

    The minutes are counted from when the alarm began to wait, not from the level before.
    """

    severity: Severity
    level: int
    after_minutes: int
    to_role: str

    @property
    def wait(self) -> timedelta:
        """How long it may go unacknowledged."""
        return timedelta(minutes=self.after_minutes)


def next_level(rows: Iterable[Level], severity: Severity, level: int) -> Level | None:
    """The row of the level after this one."""
    found = (row for row in rows if row.severity == severity and row.level == level + 1)
    return next(found, None)


def due(
    rows: Iterable[Level], severity: Severity, level: int, waits_since: datetime, moment: datetime
) -> Level | None:
    """The next level where its time has come; one at a time, however long nobody looked."""
    row = next_level(rows, severity, level)
    if row is None or moment - waits_since < row.wait:
        return None
    return row


def wrong(rows: Sequence[Level]) -> str | None:
    """What is wrong with a matrix, in words; None: nothing."""
    for severity in SEVERITIES:
        ladder = sorted((r for r in rows if r.severity == severity), key=lambda row: row.level)
        if [row.level for row in ladder] != list(range(1, len(ladder) + 1)):
            return f"The levels of {severity} do not count from 1 without a hole."
        for lower, higher in pairwise(ladder):
            if higher.after_minutes <= lower.after_minutes:
                return f"Level {higher.level} of {severity} must come later than the one before."
    return None
