"""Who is on the road: as many as the hour has, each vehicle at most once at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from simulators.hours import TRAFFIC, at_hour, local_hour
from simulators.world.bodies import EBIKE_SHARE, EBIKES, STOCK, Member, member

FILLED_IN_SECONDS = 120  # so long it takes at least until an empty city is full


class Departure(NamedTuple):
    """A vehicle that sets out: on which route, and from which of its edges on."""

    vehicle: str
    member: Member
    route: int
    skipped: int  # edges of the route that are behind it already


@dataclass
class Trip:
    """A vehicle under way."""

    member: Member
    origin: str
    target: str
    departed: float


class Population:
    """Decides who sets out; `gone` tells it who has arrived."""

    def __init__(self, seed: int, vehicles: int, routes: Sequence[tuple[str, ...]]) -> None:
        self._seed = seed
        self._most = vehicles
        self._routes = routes
        self._out: set[int] = set()
        self._trips = 0

    def wanted(self, time: float) -> int:
        """Vehicles under way at a moment."""
        return round(self._most * at_hour(TRAFFIC, local_hour(time)))

    def depart(self, time: float, chance: Random, *, at_once: bool = False) -> list[Departure]:
        """Who sets out now; `at_once`: all that are missing, from anywhere on their ways."""
        missing = self.wanted(time) - len(self._out)
        most = missing if at_once else max(1, self._most // FILLED_IN_SECONDS)
        return [self._departure(chance, at_once) for _ in range(min(missing, most))]

    def gone(self, vehicle: str) -> None:
        """It has arrived, or never came on the road."""
        self._out.discard(int(vehicle.partition(".")[0]))

    def _departure(self, chance: Random, on_the_way: bool) -> Departure:
        while True:
            ebike = chance.random() < EBIKE_SHARE
            number = (EBIKES if ebike else 0) + chance.randrange(STOCK)
            if number not in self._out:
                break
        self._out.add(number)
        self._trips += 1
        route = chance.randrange(len(self._routes))
        skipped = chance.randrange(len(self._routes[route]) - 1) if on_the_way else 0
        return Departure(f"{number}.{self._trips}", member(self._seed, number), route, skipped)
