"""Looking at all processes: who runs, who was lost, which queues fill."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.processes.figures import QueueFigure

# Three beats missed: it hangs, was killed, or cannot reach the database.
LOST_AFTER = timedelta(seconds=16)
FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Process:
    """One process. `state`: running, stopped (in good order) or lost (silent too long)."""

    name: str
    kind: str
    pid: int
    host: str
    started_at: datetime
    last_beat: datetime
    state: str
    detail: dict[str, Any]


_COLUMNS = tuple(field.name for field in fields(Process))
_FIGURES = {field.name for field in fields(QueueFigure)} - {"name"}


def processes(session: Session) -> list[Process]:
    """All processes known, by kind and name."""
    rows = session.execute(
        sa.select(*map(sa.column, _COLUMNS), sa.func.now().label("moment"))
        .select_from(sa.table("processes"))
        .order_by(sa.column("kind"), sa.column("name"))
    ).mappings()
    return [
        Process(**{name: row[name] for name in _COLUMNS} | {
            "state": state_at(row["state"], row["last_beat"], row["moment"])
        })
        for row in rows
    ]  # fmt: skip


def state_at(said: str, last_beat: datetime, moment: datetime) -> str:
    """What to think of a process that said `said` at `last_beat`; both times of one clock."""
    return "lost" if said == "running" and moment - last_beat > LOST_AFTER else said


def queues(found: list[Process]) -> list[QueueFigure]:
    """The queues of all running processes; those of equal name stay apart by the process's name.

    During an upgrade a newer process may tell more of a queue than is known here.
    """
    return [
        QueueFigure(
            f"{process.name}:{queue['name']}",
            **{name: value for name, value in queue.items() if name in _FIGURES},
        )
        for process in found
        if process.state == "running"
        for queue in process.detail.get("queues", ())
    ]


def forget(session: Session) -> int:
    """Removes the rows of processes silent for a day; returns how many."""
    statement = sa.text("DELETE FROM processes WHERE last_beat < now() - :age RETURNING name")
    return len(session.execute(statement, {"age": FORGET_AFTER}).all())
