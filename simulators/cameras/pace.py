"""Which moment of the world a picture shows, and which time is written into it."""

from simulators.world.frame import Frame

NEAR_SECONDS = 30.0  # a world this near to the wall clock is in the present


class Pace:
    """The clock of the world between its frames."""

    def __init__(self, lag_seconds: float) -> None:
        self._lag = lag_seconds
        self._frame: Frame | None = None
        self._heard = 0.0

    def hear(self, frame: Frame, monotonic: float) -> None:
        """A frame came."""
        self._frame, self._heard = frame, monotonic

    def moments(self, wall: float, monotonic: float) -> tuple[float, float]:
        """The moment of the world that is shown, and the one written, in epoch seconds.

        In the present the wall clock is written, so that a reader can measure how late it sees
        a picture, and the world shown is that of the lag earlier. A world in the past writes its
        own time.
        """
        frame = self._frame
        if frame is None:
            return wall, wall
        if frame.paused:
            return frame.time, wall if abs(wall - frame.time) < NEAR_SECONDS else frame.time
        if frame.speed == 1 and abs(wall - frame.time) < NEAR_SECONDS:
            return wall - self._lag, wall
        now = frame.time + (monotonic - self._heard) * frame.speed
        # A step comes once a second of the world, however fast it goes.
        return now - 1 - (self._lag - 1) * frame.speed, now
