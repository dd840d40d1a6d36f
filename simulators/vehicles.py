"""City-management vehicles (城管车): where they drive in the world, or without one at random."""

from collections.abc import Sequence
from random import Random

from simulators.hours import TRAFFIC, at_hour, local_hour
from simulators.places.line import Line, Point, offset
from simulators.places.streets import Network
from simulators.source import Body
from simulators.world.view import WorldView

ACCELERATION = 1.3  # m/s2
BRAKING = 2.0  # m/s2
CRUISE = (6.0, 14.0)  # m/s, by driver
CORNER = 4.0  # m/s at a crossing
RED_LIGHT = 0.35  # part of the crossings at which it waits
INSPECTION_EVERY_METRES = 900.0
GPS_METRES = 1.8  # standard deviation of the error, which wanders slowly
GPS_KEEP = 0.95  # part of the error kept from second to second
SHIFT = (6.5, 22.0)  # local hours of those who do not drive at night
POLL_SECONDS = 0.25  # a frame of the world is at most so old when it is reported


class Fix:
    """A receiver whose error wanders slowly."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._error = (0.0, 0.0)

    def body(self, point: Point, speed: float, heading: float, time: float | None = None) -> Body:
        """A position as the receiver finds it."""
        east, north = (
            GPS_KEEP * error + (1 - GPS_KEEP**2) ** 0.5 * self._chance.gauss(0, GPS_METRES)
            for error in self._error
        )
        self._error = (east, north)
        lon, lat = offset(point, east, north)
        fields = {
            "lon": round(lon, 7),
            "lat": round(lat, 7),
            "speed_mps": round(speed, 2),
            "heading_deg": round(heading, 1) % 360,
            "accuracy_m": round(2 * GPS_METRES + abs(self._chance.gauss(0, 0.4)), 1),
        }
        return Body("position", fields, time)


class Driven:
    """A source of `position`: where the vehicle of this device truly is in the world."""

    def __init__(self, device: str, interval: float, chance: Random, view: WorldView) -> None:
        self.interval = interval
        self._device = device
        self._view = view
        self._chance = chance
        self._fix = Fix(chance)
        self._told = 0.0

    def begin(self, now: float) -> float:
        return now + self._chance.uniform(0, min(self.interval, 1.0))

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        return self.rest(), due + min(POLL_SECONDS, self.interval)

    def rest(self) -> Sequence[Body]:
        """Each place that has not been told yet and is due."""
        bodies = []
        for time, vehicle in self._view.take_places(self._device):
            # A frame is a second: half of one of tolerance keeps the beat of longer intervals.
            if time - self._told >= self.interval - 0.5:
                self._told = time
                where = (vehicle.lon, vehicle.lat)
                bodies.append(self._fix.body(where, vehicle.speed, vehicle.heading, time))
        return bodies


class Vehicle:
    """A source of `position`: drives at random through the network.

    `night_share`: the chance that it is one of those who drive at night too.
    """

    def __init__(
        self, interval: float, chance: Random, network: Network, night_share: float
    ) -> None:
        self.interval = interval
        self._chance = chance
        self._network = network
        self._line: Line = chance.choice(network.lines)
        self._metres = chance.uniform(0, self._line.metres)
        self._cruise = chance.uniform(*CRUISE)
        self._works_nights = chance.random() < night_share
        self._speed = 0.0
        self._wait_until = 0.0
        self._next_stop = chance.expovariate(1 / INSPECTION_EVERY_METRES)
        self._fix = Fix(chance)
        self._last: float | None = None

    def begin(self, now: float) -> float:
        return now + self._chance.uniform(0, self.interval)

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        elapsed = self.interval if self._last is None else min(due - self._last, 60.0)
        self._last = due
        self._drive(due, elapsed)
        return (self._body(),), due + self.interval

    def _drive(self, now: float, elapsed: float) -> None:
        before = self._speed
        wanted = self._wanted_speed(now)
        change = min(ACCELERATION * elapsed, max(-BRAKING * elapsed, wanted - before))
        self._speed = max(0.0, before + change)
        moved = (before + self._speed) / 2 * elapsed
        self._metres += moved
        self._next_stop -= moved
        if self._next_stop <= 0:
            self._wait_until = now + self._chance.uniform(40, 240)  # looks at something
            self._next_stop = self._chance.expovariate(1 / INSPECTION_EVERY_METRES)
        while self._metres >= self._line.metres:
            self._cross(now)

    def _wanted_speed(self, now: float) -> float:
        hour = local_hour(now)
        on_duty = self._works_nights or SHIFT[0] <= hour < SHIFT[1]
        if now < self._wait_until or not on_duty:
            return 0.0
        flow = self._cruise * (1 - 0.45 * at_hour(TRAFFIC, hour))
        to_corner = max(0.0, self._line.metres - self._metres)
        return float(min(flow, (CORNER**2 + 2 * BRAKING * 0.6 * to_corner) ** 0.5))

    def _cross(self, now: float) -> None:
        self._metres -= self._line.metres
        self._line = self._network.onward(self._line, self._chance)
        if self._chance.random() < RED_LIGHT:
            self._wait_until = now + self._chance.uniform(8, 55)

    def _body(self) -> Body:
        spot = self._line.at(self._metres)
        return self._fix.body(spot.point, self._speed, spot.heading)
