"""Following events: over the bus while it holds, from PostgreSQL where it does not."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from center.bus import BusAway, CursorLost, Reader
from center.database import transaction
from center.logs import logger
from center.outbox.replay import Recorded, replay

log = logger(__name__)


class Follower:
    """Gives every event of some streams after `position` once and in order, whatever befalls Redis.

    Keep `position` in the transaction that handles the events and begin there after a restart.
    Not for use by several threads at once.
    """

    def __init__(
        self,
        reader: Reader,
        streams: Sequence[str],
        position: int,
        sessions: Callable[[], AbstractContextManager[Session]] = transaction,
    ) -> None:
        self.position = position
        self._reader = reader
        self._streams = streams
        self._sessions = sessions
        self._on_bus = False

    @property
    def on_bus(self) -> bool:
        """Whether the next read waits for the bus; else it asks PostgreSQL."""
        return self._on_bus

    def read(self, block_seconds: float = 1.0) -> list[Recorded]:
        """The next events; empty where none came within `block_seconds`.

        Raises:
            ReplayLost: events were cleaned away before they were read here.
        """
        if not self._on_bus:
            return self._catch_up(block_seconds)
        try:
            entries = self._reader.read(block_seconds)
        except (BusAway, CursorLost) as error:
            log.warning("bus_lost", reason=type(error).__name__, position=self.position)
            self._on_bus = False
            return self._catch_up(0)
        found = []
        for entry in entries:
            # The relay may send an event twice; its position tells.
            if entry.position is not None and entry.position > self.position:
                self.position = entry.position
                found.append(Recorded(entry.position, entry.stream, entry.event))
        return found

    def _catch_up(self, block_seconds: float) -> list[Recorded]:
        """From PostgreSQL; back to the bus when nothing is left, with the cursors placed first."""
        placed = self._place()
        with self._sessions() as session:
            found, last = replay(session, self.position, self._streams)
        self._on_bus = placed and last == self.position
        self.position = last
        if not (placed or found):
            time.sleep(block_seconds)  # Redis is away: PostgreSQL is asked at this pace, no faster
        return found

    def _place(self) -> bool:
        try:
            self._reader.to_tail()
        except BusAway:
            return False
        return True
