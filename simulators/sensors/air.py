"""Air: quality and noise at the roadside (空气质量), and weather stations (气象站)."""

import math
from random import Random
from typing import NamedTuple

from simulators.hours import PEOPLE, TRAFFIC, at_hour, year_part
from simulators.sensors.moment import Moment, Readings
from simulators.weather import Sky


class Site(NamedTuple):
    """How a place differs from the city's mean."""

    warmer: float  # °C
    dust: float  # factor on particles
    louder: float  # dB
    haze: float  # slow wandering of the particles, -1 to 1


def begin_air(chance: Random) -> Site:
    dust, louder = chance.uniform(0.75, 1.35), max(-10.0, min(10.0, chance.gauss(0, 4)))
    return Site(chance.gauss(0.5, 0.6), dust, louder, chance.uniform(-0.5, 0.5))


def fine_dust(sky: Sky, time: float, hour: float) -> float:
    """City mean of PM2.5 in ug/m3: winter haze, traffic, washed out by rain, blown by wind."""
    winter = 38 + 24 * math.cos(2 * math.pi * (year_part(time) - 0.03))
    washed = math.exp(-sky.wetness / 12)
    return winter * washed * (0.8 + 0.3 * at_hour(TRAFFIC, hour)) * 2.6 / (1.6 + sky.wind_speed)


def loudness(hour: float) -> float:
    """City mean of the noise at a main road in dB."""
    busy = 0.7 * at_hour(TRAFFIC, hour) + 0.3 * at_hour(PEOPLE, hour)
    return 50 + 8.5 * math.log10(1 + 20 * busy)


def read_air(state: Site, moment: Moment) -> tuple[Site, Readings]:
    chance, sky = moment.chance, moment.sky
    # An Ornstein-Uhlenbeck step, so that the time between readings does not matter.
    keep = math.exp(-moment.elapsed / 5400)
    haze = state.haze * keep + chance.gauss(0, 0.3) * math.sqrt(1 - keep * keep)
    state = state._replace(haze=haze)
    pm25 = fine_dust(sky, moment.time, moment.hour) * state.dust * math.exp(0.6 * haze)
    noise = loudness(moment.hour) + state.louder + min(6.0, sky.rain / 4) + chance.gauss(0, 1.8)
    return state, {
        "pm25": max(2.0, pm25),
        "pm10": max(4.0, pm25 * 1.55 + abs(chance.gauss(0, 3))),
        "air_temperature": sky.temperature + state.warmer + chance.gauss(0, 0.1),
        "relative_humidity": max(5.0, min(100.0, sky.humidity + chance.gauss(0, 1))),
        "noise": max(30.0, noise),
    }


def read_weather(state: Site, moment: Moment) -> tuple[Site, Readings]:
    chance, sky = moment.chance, moment.sky
    wind = max(0.0, sky.wind_speed * (1 + state.louder / 20) + chance.gauss(0, 0.2))
    return state, {
        "air_temperature": sky.temperature + chance.gauss(0, 0.08),
        "relative_humidity": max(5.0, min(100.0, sky.humidity + chance.gauss(0, 0.6))),
        "air_pressure": sky.pressure + chance.gauss(0, 0.05),
        "wind_speed": wind,
        "wind_direction": (sky.wind_direction + chance.gauss(0, 6)) % 360,
        "rain_rate": sky.rain * (1 + state.warmer / 10),
    }
