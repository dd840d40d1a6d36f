"""Vehicle detectors (车辆检测器): what the loops in the road have counted, minute by minute."""

from collections.abc import Sequence
from random import Random

from simulators.source import Body
from simulators.world.frame import Counted
from simulators.world.view import WorldView

POLL_SECONDS = 1.0
MINUTE = 60
FEWEST_SECONDS = 30  # of which vehicles an hour can be told
HOUR = 3600
KMH = 3.6


class CountingSource:
    """A source of `readings`: whole minutes over all lanes, several of them at longer intervals.

    The time of a message is the end of what it counts. Without a vehicle there is no mean speed.
    """

    def __init__(self, device: str, interval: float, chance: Random, view: WorldView) -> None:
        self.interval = interval
        self._device = device
        self._view = view
        self._chance = chance
        self._sees_from = 0.0
        self._minutes: list[Counted] = []

    def begin(self, now: float) -> float:
        self._sees_from = now - 1
        return now + self._chance.uniform(0, POLL_SECONDS)

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        return self._look(round(self.interval / MINUTE)), due + POLL_SECONDS

    def rest(self) -> Sequence[Body]:
        """The minutes that are over and not told yet."""
        return [*self._look(1), *([self._told()] if self._minutes else [])]

    def _look(self, wanted: int) -> list[Body]:
        bodies = []
        for minute in self._view.take_counted(self._device):
            if minute.time < self._sees_from:
                continue
            self._minutes.append(minute)
            if len(self._minutes) >= wanted:
                bodies.append(self._told())
        return bodies

    def _told(self) -> Body:
        minutes, self._minutes = self._minutes, []
        return Body("readings", {"readings": readings(minutes)}, minutes[-1].time)


def readings(minutes: Sequence[Counted]) -> dict[str, float]:
    """Quantities of one or more minutes: vehicles, vehicles/h, percent, km/h.

    Without a flow where too few seconds were counted, without a speed where nobody came.
    """
    seconds = sum(minute.seconds for minute in minutes)
    count = sum(minute.count for minute in minutes)
    occupied = sum(minute.occupancy * minute.seconds for minute in minutes)
    told = {
        "vehicle_count": float(count),
        "lane_occupancy": round(occupied / seconds, 1),
    }
    if seconds >= FEWEST_SECONDS:
        told["traffic_flow"] = round(count * HOUR / seconds, 0)
    if count:
        speeds = sum((minute.speed or 0.0) * minute.count for minute in minutes)
        told["mean_speed"] = round(KMH * speeds / count, 1)
    return told
