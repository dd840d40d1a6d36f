"""What a process tells of its queues."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueFigure:
    """How full a queue is. `limit` None: bounded by the disk; ages in seconds."""

    name: str
    length: int
    limit: int | None = None
    oldest_seconds: float | None = None
