"""Equal refusals in a short time are one entry: a page that asks on must not bury the rest."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST_KEYS = 10_000


@dataclass
class _Told:
    at: float
    since: int = 0


class Folding:
    """Remembers in one process what was told lately; safe to call from any thread."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._known: dict[Hashable, _Told] = {}
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> int | None:
        """None: told within `seconds`, and only counted. Else how many were counted before."""
        with self._lock:
            told, moment = self._known.get(key), self._clock()
            if told is not None and moment - told.at < self._seconds:
                told.since += 1
                return None
            if len(self._known) >= MOST_KEYS:
                self._known.clear()
            self._known[key] = _Told(moment)
            return told.since if told is not None else 0
