"""Gas leak detectors (燃气): nothing for months, then a leak that grows until it is mended."""

from random import Random
from typing import NamedTuple

from simulators.sensors.moment import Moment, Radio, Readings, happens

LEAKS_EVERY_SECONDS = 120 * 86400.0
GROWTH_SECONDS = 1800.0  # from nothing to the full leak


class Gas(NamedTuple):
    """One detector in a valve chamber; concentrations in % of the lower explosive limit."""

    floor: float
    leak_from: float
    leak_until: float
    leak: float
    radio: Radio


def begin_gas(chance: Random) -> Gas:
    return Gas(chance.uniform(0, 0.6), 0.0, 0.0, 0.0, Radio.begin(chance))


def read_gas(state: Gas, moment: Moment) -> tuple[Gas, Readings]:
    chance = moment.chance
    if moment.time >= state.leak_until and happens(moment, LEAKS_EVERY_SECONDS):
        until = moment.time + chance.uniform(1, 6) * 3600
        size = chance.uniform(8, 45)
        state = state._replace(leak_from=moment.time, leak_until=until, leak=size)
    value = state.floor + abs(chance.gauss(0, 0.1))
    if moment.time < state.leak_until:
        value += state.leak * min(1.0, (moment.time - state.leak_from) / GROWTH_SECONDS)
    return state, {
        "gas_concentration": min(100.0, value),
        "air_temperature": moment.sky.temperature + chance.gauss(-0.5, 0.2),
        **state.radio.readings(moment),
    }
