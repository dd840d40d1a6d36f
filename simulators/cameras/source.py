"""What a camera says of itself over MQTT; its pictures go another way."""

from collections.abc import Sequence
from random import Random

from simulators.source import Body

FRAMES_A_SECOND = 10.0
_KILOBITS = 420.0  # a second, in the mean


class CameraSource:
    """A source of `readings`: what its encoder does."""

    def __init__(self, interval: float, chance: Random) -> None:
        self.interval = interval
        self._chance = chance

    def begin(self, now: float) -> float:
        return now + self._chance.uniform(0, self.interval)

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        readings = {
            "frame_rate": round(min(FRAMES_A_SECOND, self._chance.gauss(9.98, 0.02)), 2),
            "bit_rate": round(max(100.0, self._chance.gauss(_KILOBITS, 40.0))),
        }
        return (Body("readings", {"readings": readings}),), due + self.interval
