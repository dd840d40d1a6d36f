"""A sensor as a source of messages: reads at its interval and rounds as its display does."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from simulators.hours import local_hour
from simulators.sensors.air import begin_air, read_air, read_weather
from simulators.sensors.bin import begin_bin, read_bin
from simulators.sensors.gas import begin_gas, read_gas
from simulators.sensors.ground import begin_manhole, begin_water, read_manhole, read_water
from simulators.sensors.lamp import begin_lamp, read_lamp
from simulators.sensors.moment import Moment, Readings
from simulators.source import Body
from simulators.weather import Weather, sky

DECIMALS = {
    "water_level": 3, "flow_rate": 1, "manhole_tilt": 1, "lamp_on": 0, "lamp_power": 1,
    "lamp_current": 2, "lamp_voltage": 1, "bin_fill": 0, "air_temperature": 1,
    "relative_humidity": 0, "air_pressure": 1, "rain_rate": 1, "wind_speed": 1,
    "wind_direction": 0, "pm25": 0, "pm10": 0, "noise": 1, "gas_concentration": 1,
    "battery_voltage": 2, "signal_strength": 0,
}  # fmt: skip


class Instrument(NamedTuple):
    """How one kind of sensor begins and reads; the state is its own business."""

    begin: Callable[[Random], Any]
    read: Callable[[Any, Moment], tuple[Any, Readings]]


INSTRUMENTS = {
    "manhole": Instrument(begin_manhole, read_manhole),
    "water": Instrument(begin_water, read_water),
    "lamp": Instrument(begin_lamp, read_lamp),
    "bin": Instrument(begin_bin, read_bin),
    "air": Instrument(begin_air, read_air),
    "gas": Instrument(begin_gas, read_gas),
    "weather": Instrument(begin_air, read_weather),
}


class Sensor:
    """A source of `readings`."""

    def __init__(
        self,
        name: str,
        interval: float,
        chance: Random,
        weather: Weather,
        *,
        incidents: bool = True,
    ) -> None:
        self.interval = interval
        self._instrument = INSTRUMENTS[name]
        self._chance = chance
        self._weather = weather
        self._incidents = incidents
        self._state = self._instrument.begin(chance)
        self._last: float | None = None

    def begin(self, now: float) -> float:
        """First reading at a random place in the interval, so that a fleet does not beat as one."""
        return now + self._chance.uniform(0, self.interval)

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        elapsed = self.interval if self._last is None else due - self._last
        self._last = due
        now = sky(self._weather, int(due))
        moment = Moment(due, local_hour(due), elapsed, now, self._chance, self._incidents)
        self._state, raw = self._instrument.read(self._state, moment)
        readings = {key: round(value, DECIMALS[key]) for key, value in raw.items()}
        return (Body("readings", {"readings": readings}),), due + self.interval
