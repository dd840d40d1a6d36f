"""Hearing the world: its newest steps, for one who draws."""

import time
from pathlib import Path
from threading import Event, Lock, Thread

from simulators.cameras.motion import Step
from simulators.world.frame import Frame
from simulators.world.reader import frames


class News:
    """Steps of the world as they come, taken by one reader; steps nobody took are dropped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._waiting: list[tuple[Step, Frame, float]] = []
        self._ended = Event()
        self._thread = Thread(target=self._listen, name="world", daemon=True)
        self._thread.start()

    def take(self) -> list[tuple[Step, Frame, float]]:
        """Steps since the last call, at most two, with the monotonic time at which they came."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting

    def close(self) -> None:
        self._ended.set()

    def _listen(self) -> None:
        for frame in frames(self._path, self._ended):
            self._heard(frame)

    def _heard(self, frame: Frame) -> None:
        heard = (Step.of(frame), frame, time.monotonic())
        with self._lock:
            # Two are enough to draw from; what is older no camera will show.
            self._waiting = [*self._waiting[-1:], heard]
