"""What a device has to say, before it is numbered: the one interface of all models."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable


class Body(NamedTuple):
    """One message without boot, seq and time."""

    stream: str
    fields: dict[str, Any]
    time: float | None = None  # epoch seconds of what it tells of; None: of its making


class Source(Protocol):
    """Says what a device publishes and when. Times are epoch seconds of the simulated clock."""

    interval: float  # seconds between messages, or the usual pause where they come by chance

    def begin(self, now: float) -> float:
        """When the first message after a start, a restart or a pause is due."""

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        """Messages due at `due`, and when the next are."""


@runtime_checkable
class Holding(Protocol):
    """A source that holds messages back for a while."""

    def rest(self) -> Sequence[Body]:
        """All that it holds, as the simulation rests or ends: nothing may be lost with it."""
