"""Reading and writing the matrix of escalation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.errors import NoFurtherLevel
from center.alarms.escalation.matrix import Level, next_level
from center.alarms.signals import SEVERITIES, Severity

_rows = sa.table(
    "escalation_matrix",
    sa.column("severity", sa.Text),
    sa.column("level", sa.SmallInteger),
    sa.column("after_minutes", sa.Integer),
    sa.column("to_role", sa.Text),
)
_head = sa.table(
    "escalation_matrix_head",
    sa.column("version", sa.Integer),
    sa.column("changed_at", sa.DateTime(timezone=True)),
    sa.column("changed_by", sa.Text),
)


@dataclass(frozen=True)
class Head:
    """Which matrix it is."""

    version: int
    changed_at: datetime
    changed_by: str


def head(session: Session, *, lock: bool = False) -> Head:
    """The version of the matrix."""
    chosen = sa.select(*_head.c)
    row = session.execute(chosen.with_for_update() if lock else chosen).one()
    return Head(*row)


def levels(session: Session) -> list[Level]:
    """All rows: the worst severity first, its levels in their order."""
    place = sa.func.array_position(list(SEVERITIES), _rows.c.severity)
    rows = session.execute(sa.select(*_rows.c).order_by(place, _rows.c.level))
    return [Level(*row) for row in rows]


def further_level(session: Session, severity: Severity, level: int) -> Level:
    """The row of the level after this one.

    Raises:
        NoFurtherLevel
    """
    found = next_level(levels(session), severity, level)
    if found is None:
        raise NoFurtherLevel(level=level)
    return found


def replace_levels(
    session: Session, rows: Sequence[Level], version: int, moment: datetime, by: str
) -> None:
    """These rows and no others."""
    session.execute(sa.delete(_rows))
    if rows:
        values = [
            {
                "severity": row.severity,
                "level": row.level,
                "after_minutes": row.after_minutes,
                "to_role": row.to_role,
            }
            for row in rows
        ]
        session.execute(sa.insert(_rows), values)
    session.execute(sa.update(_head).values(version=version, changed_at=moment, changed_by=by))
