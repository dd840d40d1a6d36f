"""E-police sites (电子警察): who passes in the world, or a Poisson process without one."""

from collections.abc import Sequence
from random import Random

from simulators.hours import TRAFFIC, at_hour, local_hour
from simulators.plates import car
from simulators.source import Body
from simulators.world.frame import Breach, Passing
from simulators.world.view import WorldView

STOCK = 40_000  # vehicles in and around the city
REGULARS = 0.6  # of the passes are by vehicles that live near the site
NEIGHBOURHOOD = 1500
UNREADABLE = 0.012
SPEEDING = "1352"  # 超速百分之十以上未达百分之二十
SPEEDING_FROM, SPEEDING_TO = 1.1, 1.2  # of the limit
SLOWER_IN_RUSH = 0.45
POLL_SECONDS = 0.5
SECOND = 1.0
CODES = {
    "red_light": "1625",
    "speeding": SPEEDING,
    "wrong_way": "1373",
    "no_stopping": "1039",
}  # as valid since 2022-04-01


class Watcher:
    """A source of `pass` and `violation` of what truly happens at a site, at its own time.

    E-bikes have no plate and are not reported. What happens while the site is off, or silent, it
    has not seen.
    """

    def __init__(self, site: str, view: WorldView, chance: Random) -> None:
        self.interval = POLL_SECONDS
        self._site = site
        self._view = view
        self._chance = chance
        self._sees_from = 0.0

    def begin(self, now: float) -> float:
        self._sees_from = now - SECOND  # a frame tells of the second before it
        return now + self._chance.uniform(0, POLL_SECONDS)

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        seen = [h for h in self._view.take(self._site) if h.time >= self._sees_from]
        bodies = [_told(happening) for happening in seen if happening.plate]
        return bodies, due + POLL_SECONDS


def _told(happening: Passing | Breach) -> Body:
    fields = {
        "plate": happening.plate,
        "plate_colour": happening.plate_colour,
        "vehicle_class": happening.vehicle_class,
        "lane": happening.lane,
        "speed_mps": happening.speed,
    }
    if isinstance(happening, Passing):
        return Body("pass", fields, happening.time)
    limit = None if happening.limit is None else round(happening.limit, 2)
    told = {"code": CODES[happening.kind], "limit_mps": limit}
    return Body("violation", fields | told, happening.time)


class Site:
    """A source of `pass`: `peak` vehicles an hour over all lanes at the busiest time.

    Who is seen to be a little too fast leaves a `violation` beside the pass.
    """

    def __init__(self, lanes: int, peak: float, chance: Random, stock_seed: int) -> None:
        self.interval = 3600 / peak
        self._lanes = lanes
        self._chance = chance
        self._seed = stock_seed
        self._home = chance.randrange(STOCK)
        self._limit = chance.choice((40, 50, 60, 70)) / 3.6

    def begin(self, now: float) -> float:
        return self._next(now)

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        seen = self._pass(due)
        bodies = (seen, self._speeding(seen)) if self._is_speeding(seen) else (seen,)
        return bodies, self._next(due)

    def _is_speeding(self, seen: Body) -> bool:
        share = seen.fields["speed_mps"] / self._limit
        return bool(seen.fields["plate"]) and SPEEDING_FROM <= share < SPEEDING_TO

    def _speeding(self, seen: Body) -> Body:
        return Body(
            "violation", {**seen.fields, "code": SPEEDING, "limit_mps": round(self._limit, 2)}
        )

    def _next(self, now: float) -> float:
        """Thinning (Lewis and Shedler 1979): draw at the peak rate, keep with the hour's share."""
        while True:
            now += self._chance.expovariate(1 / self.interval)
            if self._chance.random() < at_hour(TRAFFIC, local_hour(now)):
                return now

    def _pass(self, now: float) -> Body:
        chance = self._chance
        near = chance.random() < REGULARS
        index = self._home + chance.randrange(NEIGHBOURHOOD) if near else chance.randrange(STOCK)
        seen = car(self._seed, index % STOCK)
        mean = self._limit * (0.85 - SLOWER_IN_RUSH * at_hour(TRAFFIC, local_hour(now)))
        readable = chance.random() >= UNREADABLE
        return Body(
            "pass",
            {
                "plate": seen.plate if readable else "",
                "plate_colour": seen.colour if readable else "unknown",
                "vehicle_class": seen.vehicle_class,
                "lane": chance.randint(1, self._lanes),
                "speed_mps": round(min(60.0, max(0.5, chance.gauss(mean, 0.22 * mean))), 2),
            },
        )
