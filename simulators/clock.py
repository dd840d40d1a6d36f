"""The simulated clock: the wall clock, or a start in the past that runs fast until it is there."""

import time
from collections.abc import Callable

NEVER = float("inf")


class Clock:
    """Epoch seconds for content and schedules; `real` is the monotonic clock of the network.

    With a start in the past it runs at `speed` until it meets the wall clock, then with it. It
    never runs ahead of it: what devices tell would not have happened yet.
    """

    def __init__(
        self,
        start: float | None = None,
        speed: float = 1.0,
        wall: Callable[[], float] = time.time,
        real: Callable[[], float] = time.monotonic,
    ) -> None:
        if start is not None and speed <= 1:
            raise ValueError("a start in the past needs a speed above 1 to reach the present")
        self._wall = wall
        self.real = real
        # What is due before this is history; without a start there is none.
        self.born = float("-inf") if start is None else wall()
        self._speed = speed
        self._anchor: tuple[float, float] | None = None if start is None else (start, real())
        self._stopped_at: float | None = None

    @property
    def catching_up(self) -> bool:
        """Whether it still runs in the past."""
        self.now()
        return self._anchor is not None

    @property
    def speed(self) -> float:
        """Simulated seconds a real second, were it not paused."""
        return self._speed if self.catching_up else 1.0

    @property
    def paused(self) -> bool:
        return self._stopped_at is not None

    def now(self) -> float:
        """The simulated moment in epoch seconds."""
        if self._stopped_at is not None:
            return self._stopped_at
        if self._anchor is None:
            return self._wall()
        start, since = self._anchor
        reached = start + (self.real() - since) * self._speed
        if reached < self._wall():
            return reached
        self._anchor = None
        return self._wall()

    def real_at(self, moment: float) -> float:
        """When the monotonic clock will stand where the simulated one is at `moment`."""
        if self._stopped_at is not None or moment == NEVER:
            return NEVER
        speed = 1.0 if self._anchor is None else self._speed
        return self.real() + max(0.0, moment - self.now()) / speed

    def pause(self) -> None:
        """Stand still."""
        if self._stopped_at is None:
            self._stopped_at = self.now()

    def resume(self) -> bool:
        """Go on; True if the wall clock has run ahead, so that schedules must begin anew."""
        if self._stopped_at is None:
            return False
        stopped, self._stopped_at = self._stopped_at, None
        if self._anchor is None:
            return True
        self._anchor = (stopped, self.real())
        return False

    def hurry(self, speed: float) -> None:
        """Go on from where it stands, so much faster, until it is now.

        Raises:
            ValueError: it is now, and nothing is behind it.
        """
        if self._stopped_at is None and not self.catching_up:
            raise ValueError("it is at the present: only what was paused has something to catch up")
        self._anchor = (self.now(), self.real())
        self._stopped_at = None
        self._speed = speed
