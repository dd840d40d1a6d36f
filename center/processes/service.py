"""Looking at all processes: who runs, who was lost, which queues fill."""

from dataclasses import dataclass
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


def processes(session: Session) -> list[Process]:
    """All processes known, by kind and name."""
    rows = session.execute(
        sa.text("SELECT *, now() AS moment FROM processes ORDER BY kind, name")
    ).mappings()
    found = []
    for row in rows:
        values = dict(row)
        moment = values.pop("moment")
        values["state"] = state_at(values["state"], values["last_beat"], moment)
        found.append(Process(**values))
    return found


def state_at(said: str, last_beat: datetime, moment: datetime) -> str:
    """What to think of a process that said `said` at `last_beat`; both times of one clock."""
    return "lost" if said == "running" and moment - last_beat > LOST_AFTER else said


def queues(found: list[Process]) -> list[QueueFigure]:
    """The queues of all running processes; those of equal name stay apart by the process's name."""
    return [
        QueueFigure(f"{process.name}:{queue.pop('name')}", **queue)
        for process in found
        if process.state == "running"
        for queue in map(dict, process.detail.get("queues", ()))
    ]


def forget(session: Session) -> int:
    """Removes the rows of processes silent for a day; returns how many."""
    statement = sa.text("DELETE FROM processes WHERE last_beat < now() - :age RETURNING name")
    return len(session.execute(statement, {"age": FORGET_AFTER}).all())
