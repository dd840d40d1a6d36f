"""Hearing of new facts over the bus, in a thread of its own: a Redis that hangs stops nobody."""

import threading

from center.bus import BusAway, CursorLost, Reader
from center.logs import logger

log = logger(__name__)
BLOCK_SECONDS = 2.0
PAUSE_SECONDS = 1.0  # before Redis is asked again


class Bell:
    """Rings when something was committed, or perhaps not: it is a hint."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
        self.hears = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it soon, and anybody's `wait` now."""
        self._stopping.set()
        self._rung.set()
        self._thread.join(BLOCK_SECONDS + 1)

    def wait(self, seconds: float) -> None:
        """Until it rings, for so long at most."""
        self._rung.wait(seconds)
        self._rung.clear()

    def ring(self) -> None:
        """Ends `wait`."""
        self._rung.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._reader.to_tail()
                self.ring()  # something may have come while nobody listened
                self._listen()
            except (BusAway, CursorLost) as error:
                if self.hears:
                    log.warning("bus_lost", reason=type(error).__name__)
                self.hears = False
                self._stopping.wait(PAUSE_SECONDS)
        self._reader.close()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            found = self._reader.read(BLOCK_SECONDS)
            self.hears = True
            if found:
                self.ring()
