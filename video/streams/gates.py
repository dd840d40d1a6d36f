"""How many cameras are asked and opened at once: bounded, and the dead do not hold up the sound."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gates:
    """Shared by the streams of a process."""

    def __init__(self, knocks: int, opens: int) -> None:
        self._knocks = threading.BoundedSemaphore(knocks)
        # Opening a camera that fails takes its whole time-out: those have a queue of their own.
        doubtful = opens // 2
        self._opens = {
            True: threading.BoundedSemaphore(opens - doubtful),
            False: threading.BoundedSemaphore(doubtful),
        }

    @contextmanager
    def knocking(self) -> Iterator[None]:
        """One of those that are asked whether they answer."""
        with self._knocks:
            yield

    @contextmanager
    def opening(self, *, sound: bool) -> Iterator[None]:
        """One of those that are opened; `sound`: it did not fail the last time."""
        with self._opens[sound]:
            yield
