"""When the next second of the world is due, and which moment it is."""

import math

LATE_SECONDS = (
    5.0  # a world that is so late gives the seconds up instead of running behind for ever
)


class Pace:
    """One step is one second. At speed 1 a step's moment is that of the wall clock; a world that is
    in the past goes at its speed until it has met the present. It never runs ahead.

    Times are epoch seconds; `wall` is what the caller's clock says.
    """

    def __init__(self, last: float, wall: float, speed: float = 1.0) -> None:
        self.last = math.floor(last)
        self.skipped = 0  # seconds that no step has shown
        self.paused = False
        self._speed = speed
        self._stepped = wall

    @property
    def speed(self) -> float:
        """Simulated seconds a real second."""
        return self._speed

    def due(self) -> float:
        """When, on the wall clock, the next step may begin; infinite while paused."""
        if self.paused:
            return math.inf
        if self._speed > 1:
            return max(self._stepped + 1 / self._speed, self.last + 1)
        return self.last + 1

    def step(self, wall: float) -> int:
        """The moment at which the step that begins now ends."""
        self._stepped = max(self._stepped + 1 / self._speed, wall - 1)
        following = self.last + 1
        if self._speed == 1 and wall - following > LATE_SECONDS:
            self.skipped += math.floor(wall) - following
            following = math.floor(wall)
        if following >= math.floor(wall):
            self._speed = 1.0
        self.last = following
        return following

    def pause(self) -> None:
        """Stand still."""
        self.paused = True

    def resume(self, wall: float) -> None:
        """Go on at the present: the time between is left out, and is nobody's."""
        self.paused = False
        self._speed = 1.0
        self.last = max(self.last, math.floor(wall))

    def hurry(self, wall: float, speed: float) -> None:
        """Go on from where it stands, so much faster, until it is now."""
        self.paused = False
        self._speed = speed
        self._stepped = wall
