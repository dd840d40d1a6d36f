"""What a sensor may look at when it takes a reading."""

from random import Random
from typing import NamedTuple

from simulators.weather import Sky

Readings = dict[str, float]


class Moment(NamedTuple):
    """One instant at one device. Time is epoch seconds, hour local, elapsed since the last one."""

    time: float
    hour: float
    elapsed: float
    sky: Sky
    chance: Random
    incidents: bool = True  # what goes wrong by itself may happen: leaks, shifted covers


def happens(moment: Moment, every_seconds: float) -> bool:
    """Whether something that comes once in `every_seconds` came since the last reading."""
    return moment.chance.random() < moment.elapsed / every_seconds and moment.incidents


class Radio(NamedTuple):
    """Battery and antenna that the cheap sensors have in common."""

    volts: float
    dbm: float

    @classmethod
    def begin(cls, chance: Random) -> "Radio":
        return cls(chance.uniform(3.35, 3.65), chance.uniform(-108, -72))

    def readings(self, moment: Moment) -> Readings:
        """Cold takes a little voltage, rain a little signal."""
        volts = self.volts + 0.004 * (moment.sky.temperature - 20) + moment.chance.gauss(0, 0.004)
        dbm = self.dbm - min(6.0, moment.sky.rain / 4) + moment.chance.gauss(0, 1.5)
        return {"battery_voltage": volts, "signal_strength": min(-30.0, dbm)}
