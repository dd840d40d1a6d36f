"""Below the street: manholes (井盖) and water levels (水位) that follow the rain."""

from random import Random
from typing import NamedTuple

from simulators.sensors.moment import Moment, Radio, Readings, happens

OPENED_EVERY_SECONDS = 45 * 86400.0  # a cover is shifted about eight times a year
MANHOLE_DEPTH_M = 2.4


class Manhole(NamedTuple):
    """A cover and the shaft below it."""

    tilt: float  # degrees when closed
    base: float  # metres of water in dry weather
    gain: float  # metres per millimetre of ground water
    open_until: float
    open_tilt: float
    radio: Radio


def begin_manhole(chance: Random) -> Manhole:
    tilt, base, gain = chance.uniform(0, 2), chance.uniform(0.02, 0.25), chance.uniform(0.004, 0.02)
    return Manhole(tilt, base, gain, 0.0, 0.0, Radio.begin(chance))


def read_manhole(state: Manhole, moment: Moment) -> tuple[Manhole, Readings]:
    """Tilt jumps while the cover is off its frame; water stands after rain."""
    chance = moment.chance
    if moment.time >= state.open_until and happens(moment, OPENED_EVERY_SECONDS):
        until = moment.time + chance.uniform(600, 5400)
        state = state._replace(open_until=until, open_tilt=chance.uniform(25, 80))
    tilt = state.open_tilt if moment.time < state.open_until else state.tilt
    level = state.base + state.gain * moment.sky.wetness + chance.gauss(0, 0.002)
    return state, {
        "manhole_tilt": abs(tilt + chance.gauss(0, 0.15)),
        "water_level": min(MANHOLE_DEPTH_M, max(0.0, level)),
        **state.radio.readings(moment),
    }


class Water(NamedTuple):
    """A gauge in a drain, an underpass or at a stream."""

    base: float
    gain: float
    flow: float  # m3/h per metre of water above the base, and the dry-weather flow
    radio: Radio


def begin_water(chance: Random) -> Water:
    base, gain = chance.uniform(0.2, 1.4), chance.uniform(0.015, 0.06)
    return Water(base, gain, chance.uniform(40, 400), Radio.begin(chance))


def read_water(state: Water, moment: Moment) -> tuple[Water, Readings]:
    """Level rises with the water in the ground, flow with the level."""
    rise = state.gain * moment.sky.wetness
    return state, {
        "water_level": state.base + rise + moment.chance.gauss(0, 0.003),
        "flow_rate": max(0.0, state.flow * (0.2 + rise) + moment.chance.gauss(0, 0.5)),
        **state.radio.readings(moment),
    }
