"""Figures that are dear to count, remembered for seconds: many screens ask for the same."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_KEYS = 256


class Remembered(Generic[T]):
    """Counts at most once in `seconds` for each key; safe to call from any thread."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._known: dict[Hashable, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, count: Callable[[], T]) -> T:
        """What was counted lately, or what `count` gives now."""
        with self._lock:
            counted_at, known = self._known.get(key, (None, None))
        if counted_at is not None and self._clock() - counted_at < self._seconds:
            return known  # type: ignore[return-value]  # stored together with its time
        found = count()
        with self._lock:
            if len(self._known) >= MOST_KEYS:
                self._known.clear()
            self._known[key] = (self._clock(), found)
        return found
