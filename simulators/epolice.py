"""E-police sites (电子警察): who passes in the world, or a Poisson process without one."""

from collections import deque
from collections.abc import Sequence
from random import Random

from simulators.hours import TRAFFIC, at_hour, local_hour
from simulators.plates import car
from simulators.source import Body
from simulators.world.crossings import Crossing
from simulators.world.frame import Breach, Passing
from simulators.world.shots import Order, Shot, Ticket, ViewName
from simulators.world.sightings import Fix, Sighting, at
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
PICTURE_SECONDS = 6.0  # so long a message waits for its pictures
BEFORE_SECONDS, PAST_METRES = 0.35, 1.0  # of the first and the second picture of a red light
LABELS = {
    "red_light": "闯红灯", "speeding": "超速", "wrong_way": "逆行", "no_stopping": "违法停车",
}  # fmt: skip
VIEWS: dict[str, ViewName] = {"red_light": "rear", "no_stopping": "near", "wrong_way": "near"}
CODES = {
    "red_light": "1625",
    "speeding": SPEEDING,
    "wrong_way": "1373",
    "no_stopping": "1039",
}  # as valid since 2022-04-01


class Watcher:
    """A source of `pass` and `violation` of what truly happens at a site, at its own time.

    E-bikes have no plate and are not reported. What happens while the site is off, or silent, it
    has not seen. A message waits for its pictures, but not for ever: a picture may come after it.
    """

    def __init__(
        self,
        site: str,
        name: str,
        view: WorldView,
        chance: Random,
        order: Order | None,
        crossing: Crossing | None = None,
        picture_share: float = 1.0,
    ) -> None:
        self.interval = POLL_SECONDS
        self._site = site
        self._name = name
        self._view = view
        self._chance = chance
        self._order = order
        self._crossing = crossing
        self._picture_share = picture_share
        self._sees_from = 0.0
        self._waiting: deque[tuple[float, Body, Ticket]] = deque()

    def begin(self, now: float) -> float:
        self._sees_from = now - SECOND  # a frame tells of the second before it
        return now + self._chance.uniform(0, POLL_SECONDS)

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        bodies = self._look(due)
        while self._waiting and (self._waiting[0][2].over or self._waiting[0][0] <= due):
            bodies.append(self._illustrated())
        self._view.owes(self._site, len(self._waiting))
        return bodies, due + POLL_SECONDS

    def rest(self) -> Sequence[Body]:
        """What was seen and waits: each names its pictures as far as they are painted."""
        bodies = self._look(float("inf"))
        bodies += [self._illustrated() for _ in range(len(self._waiting))]
        self._view.owes(self._site, 0)
        return bodies

    def _look(self, due: float) -> list[Body]:
        """Orders the pictures of what was seen; gives the messages that need none."""
        bodies = []
        for sighting in self._view.take(self._site):
            happening = sighting.happening
            if happening.time < self._sees_from or not happening.plate:
                continue
            body = _told(happening)
            order, crossing = self._order, self._crossing
            if order is None or crossing is None or not self._pictured(sighting):
                bodies.append(body)
            else:
                ticket = order(self._site, shots(sighting, self._name, crossing))
                self._waiting.append((due + PICTURE_SECONDS, body, ticket))
        return bodies

    def _illustrated(self) -> Body:
        _, body, ticket = self._waiting.popleft()
        return body._replace(fields=body.fields | {"evidence": list(ticket.names)})

    def _pictured(self, sighting: Sighting) -> bool:
        """Each violation is, and a share of the passes."""
        if not sighting.track:
            return False
        share = self._picture_share
        all_are = share >= 1 or isinstance(sighting.happening, Breach)
        return all_are or self._chance.random() < share


def shots(sighting: Sighting, site: str, crossing: Crossing) -> list[Shot]:
    """The pictures of what happened: at its moment, for a red light before, past and beyond."""
    happening, track = sighting.happening, sighting.track
    stops = crossing.approach_of(happening.lane)
    kind = happening.kind if isinstance(happening, Breach) else ""
    moments = _red_light(happening.time, track) if kind == "red_light" else [happening.time]
    fixes = [at(track, moment) for moment in moments]
    view, label = VIEWS.get(kind, "front"), LABELS.get(kind, "")
    return [Shot(site, happening.lane, stops, fix, fixes[0], view, label) for fix in fixes]


def _red_light(crossed: float, track: tuple[Fix, ...]) -> list[float]:
    """Three moments: its front before the line, the whole vehicle past it, and moved on."""
    vehicle, last = track[-1].vehicle, track[-1].time
    before = max(track[0].time, crossed - BEFORE_SECONDS)
    over = crossed + (vehicle.length + PAST_METRES) / max(vehicle.speed, 1.0)
    return [before, min(over, (crossed + last) / 2), last]


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
