"""Added load: passes at the sites that no vehicle of the world made, told by their plates."""

from collections.abc import Sequence
from random import Random

from simulators.plates import LOAD_STOCK, load_plate
from simulators.source import Body, Holding, Source

CLASSES = ("car", "car", "car", "car", "van", "light_truck")
SPEEDS = (6.0, 15.0)  # m/s


class WithLoad:
    """A site's source with passes of the load between its own: a Poisson process, `rate` a second.

    They have no picture. They ride on the steps of the source within, each with its own time.
    """

    def __init__(self, within: Source, rate: float, lanes: int, chance: Random) -> None:
        self._within = within
        self._rate = rate
        self._lanes = lanes
        self._chance = chance
        self._next = 0.0

    @property
    def interval(self) -> float:
        """Of the source within."""
        return self._within.interval

    @interval.setter
    def interval(self, seconds: float) -> None:
        self._within.interval = seconds

    def begin(self, now: float) -> float:
        self._next = now + self._chance.expovariate(self._rate)
        return self._within.begin(now)

    def rest(self) -> Sequence[Body]:
        """What the source within holds."""
        return self._within.rest() if isinstance(self._within, Holding) else ()

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        bodies, following = self._within.step(due)
        if self._next > due:
            return bodies, following
        told = list(bodies)
        while self._next <= due:
            told.append(self._pass(self._next))
            self._next += self._chance.expovariate(self._rate)
        return told, following

    def _pass(self, time: float) -> Body:
        chance = self._chance
        fields = {
            "plate": load_plate(chance.randrange(LOAD_STOCK)),
            "plate_colour": "blue",
            "vehicle_class": chance.choice(CLASSES),
            "lane": chance.randint(1, self._lanes),
            "speed_mps": round(chance.uniform(*SPEEDS), 2),
        }
        return Body("pass", fields, time)


def share(wanted: float, true: float, sites: int) -> float:
    """Passes a second that each of some sites adds, so that with the true ones so many come."""
    return max(0.0, wanted - true) / sites if sites else 0.0
