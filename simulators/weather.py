"""One weather over the whole city: a pure function of what it follows from, and of time."""

import math
from functools import lru_cache
from typing import NamedTuple

from simulators.hours import DAY, SHANGHAI_SECONDS, local_day, local_hour, sun_elevation, year_part
from simulators.randomness import generator, smooth

# Middle of each month in Hengyang: mean temperature (°C) and share of days with rain, rounded.
TEMPERATURE = (6, 8, 12, 18, 23, 27, 30, 29, 25, 19, 13, 8)
RAINY_DAYS = (0.45, 0.50, 0.60, 0.58, 0.55, 0.50, 0.32, 0.35, 0.28, 0.30, 0.33, 0.35)
STEP = 600.0  # seconds between the points at which ground water is reckoned
STEPS = int(DAY / STEP)
DRAIN_SECONDS = 4 * 3600.0  # time in which two thirds of the water run off
LOOK_BACK_DAYS = 2  # water of earlier days has run off
RAMP_SECONDS = 60.0  # in which rain that is ordered begins and ends
BREEZE = 2.0  # m/s: haze does not gather on a fair day


class Sky(NamedTuple):
    """What every device in the city feels at one moment."""

    temperature: float  # °C in the shade
    humidity: float  # % relative
    pressure: float  # hPa at the station
    rain: float  # mm/h
    wetness: float  # mm of rain that have not run off yet
    wind_speed: float  # m/s
    wind_direction: float  # degrees it blows from
    sun: float  # degrees above the horizon


class Spell(NamedTuple):
    """Rain that a scenario has ordered: evenly so much, a minute to begin and one to end."""

    start: float  # epoch seconds
    end: float
    rate_mm_h: float

    def rate(self, time: float) -> float:
        """mm/h at a moment."""
        ramp = min(RAMP_SECONDS, (self.end - self.start) / 2)
        part = min(time - self.start, self.end - time) / ramp
        return self.rate_mm_h * max(0.0, min(1.0, part))

    def water(self, time: float) -> float:
        """Millimetres of it that have not run off at a moment."""
        fallen = min(time, self.end)
        if fallen <= self.start:
            return 0.0
        kept = math.exp(-(time - fallen) / DRAIN_SECONDS)
        kept -= math.exp(-(time - self.start) / DRAIN_SECONDS)
        return self.rate_mm_h / 3600 * DRAIN_SECONDS * kept


class Weather(NamedTuple):
    """What the sky of a run follows from. `fair`: no rain of its own, and always a breeze."""

    seed: int
    fair: bool = False
    spells: tuple[Spell, ...] = ()


class Episode(NamedTuple):
    """One spell of rain: half a sine wave."""

    start: float
    seconds: float
    peak: float  # mm/h

    def rate(self, time: float) -> float:
        part = (time - self.start) / self.seconds
        return self.peak * math.sin(math.pi * part) if 0 < part < 1 else 0.0


def _monthly(table: tuple[float, ...], time: float) -> float:
    index, part = divmod(year_part(time) * 12 - 0.5, 1.0)
    left, right = table[int(index) % 12], table[(int(index) + 1) % 12]
    return left + (right - left) * part


@lru_cache(maxsize=64)
def _episodes(seed: int, day: int) -> tuple[Episode, ...]:
    chance = generator(seed, "rain", day)
    midnight = day * DAY - SHANGHAI_SECONDS
    if chance.random() > _monthly(RAINY_DAYS, midnight):
        return ()
    return tuple(
        Episode(
            midnight + chance.uniform(0, DAY),
            chance.uniform(1800, 5 * 3600),
            min(60.0, chance.expovariate(1 / 6)),
        )
        for _ in range(chance.randint(1, 3))
    )


def _rain(seed: int, time: float) -> float:
    today = local_day(time)
    # A spell that began yesterday evening may reach into today.
    return sum(e.rate(time) for day in (today - 1, today) for e in _episodes(seed, day))


@lru_cache(maxsize=64)
def _ground_water(seed: int, day: int) -> tuple[float, ...]:
    """Millimetres in the ground at each step of a local day, the next midnight included."""
    midnight = day * DAY - SHANGHAI_SECONDS
    kept, water, levels = math.exp(-STEP / DRAIN_SECONDS), 0.0, []
    for step in range(-LOOK_BACK_DAYS * STEPS, STEPS + 1):
        water = water * kept + _rain(seed, midnight + step * STEP) * STEP / 3600
        levels.append(water)
    return tuple(levels[-STEPS - 1 :])


def _wetness(seed: int, time: float) -> float:
    index, part = divmod(local_hour(time) * 3600 / STEP, 1.0)
    levels = _ground_water(seed, local_day(time))
    left, right = levels[int(index)], levels[int(index) + 1]
    return left + (right - left) * part


@lru_cache(maxsize=512)
def sky(weather: Weather, second: int) -> Sky:
    """The weather at one second (epoch)."""
    time, seed = float(second), weather.seed
    rain = 0.0 if weather.fair else _rain(seed, time)
    wetness = 0.0 if weather.fair else _wetness(seed, time)
    rain += sum(spell.rate(time) for spell in weather.spells)
    wetness += sum(spell.water(time) for spell in weather.spells)
    cloud = min(1.0, rain / 2) * 0.7 + 0.3 * (smooth(seed, "cloud", time, 6 * 3600) + 1) / 2
    swing = 4.5 * (1 - 0.6 * cloud) * math.cos((local_hour(time) - 15) * math.pi / 12)
    warm = _monthly(TEMPERATURE, time) + 3.5 * smooth(seed, "warm", time, 2 * DAY)
    temperature = warm + swing - min(3.0, rain / 4)
    gust = smooth(seed, "gust", time, 40)
    wind = 1.8 + 1.3 * smooth(seed, "wind", time, 3 * 3600) + 0.7 * gust + min(4.0, rain / 6)
    return Sky(
        temperature=temperature,
        humidity=max(25.0, min(100.0, 74 - 4 * swing + 24 * min(1.0, rain))),
        pressure=1006 - 0.6 * (warm - 18) + 4 * smooth(seed, "pressure", time, DAY),
        rain=rain,
        wetness=wetness,
        wind_speed=max(BREEZE if weather.fair else 0.0, wind),
        wind_direction=(20 + 140 * smooth(seed, "turn", time, 9 * 3600) + 12 * gust) % 360,
        sun=sun_elevation(time),
    )
