"""All queues of the system: of processes, of tables, and the broker's."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

from center.processes import service as processes
from center.processes.figures import QueueFigure
from center.processes.service import Process
from server.system import repository

# The page asks every two seconds: dead letters beyond this are shown as this many.
COUNTED_LETTERS = 20_000


def queues(
    session: Session, found: list[Process], broker_bytes: int, most: int = COUNTED_LETTERS
) -> list[QueueFigure]:
    """Every queue: first the broker's, then those of processes, then tables.

    `broker_bytes`: what the broker may hold before it drops.
    """
    return [
        *broker_queues(found, broker_bytes),
        *processes.queues(found),
        *repository.waiting(session, most),
    ]


def broker_queues(found: Sequence[Process], broker_bytes: int) -> list[QueueFigure]:
    """What the broker holds, as the warden in charge has last heard; none while there is none."""
    for process in found:
        if process.state == "running" and process.detail.get("in_charge"):
            said = process.detail.get("broker", {})
            limits = {"messages_held": None, "bytes_held": broker_bytes, "messages_dropped": None}
            return [
                QueueFigure(f"broker:{name}", number, limit)
                for name, limit in limits.items()
                if (number := _number(said, name)) is not None
            ]
    return []


def _number(said: Mapping[str, Any], name: str) -> int | None:
    with suppress(KeyError, ValueError, TypeError):
        return int(said[name])
    return None
