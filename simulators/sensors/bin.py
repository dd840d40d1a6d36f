"""Litter bins (果皮箱): filled by people through the day, emptied on the cleaners' rounds."""

from random import Random
from typing import NamedTuple

from simulators.hours import PEOPLE, at_hour
from simulators.sensors.moment import Moment, Radio, Readings

ROUNDS = ((5.0, 7.5), (13.0, 14.5), (20.5, 22.0))  # local hours of the cleaners' rounds
WORTH_EMPTYING = 30.0  # per cent
CALLED_FOR = 80.0  # per cent at which somebody comes, on a day on which nothing goes wrong


class Bin(NamedTuple):
    """One bin; `fill` in per cent, `rate` per cent an hour at the busiest time."""

    fill: float
    rate: float
    punctual: float  # part of a round after which the cleaner comes by, 0 to 1
    radio: Radio


def begin_bin(chance: Random) -> Bin:
    rate, punctual = chance.uniform(2, 14), chance.random()
    return Bin(chance.uniform(0, 60), rate, punctual, Radio.begin(chance))


def _cleaner_came(state: Bin, moment: Moment) -> bool:
    """Whether the cleaner's moment lies between the last reading and this one."""
    since = moment.hour - moment.elapsed / 3600
    visits = (start + state.punctual * (end - start) for start, end in ROUNDS)
    return any(since < visit <= moment.hour or since < visit - 24 for visit in visits)


def read_bin(state: Bin, moment: Moment) -> tuple[Bin, Readings]:
    """A bin that overflows stays at 100 until somebody comes."""
    grown = state.rate * at_hour(PEOPLE, moment.hour) * moment.elapsed / 3600
    fill = min(100.0, state.fill + grown * moment.chance.uniform(0.4, 1.6))
    came = _cleaner_came(state, moment) or (fill >= CALLED_FOR and not moment.incidents)
    if fill >= WORTH_EMPTYING and came:
        fill = moment.chance.uniform(0, 4)
    state = state._replace(fill=fill)
    return state, {
        "bin_fill": fill,
        "air_temperature": moment.sky.temperature + moment.chance.gauss(1.0, 0.3),
        **state.radio.readings(moment),
    }
