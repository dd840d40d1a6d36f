"""Street lamps (路灯): on at dusk, dimmed after midnight, off at dawn, sometimes broken."""

from random import Random
from typing import NamedTuple

from simulators.sensors.moment import Moment, Readings, happens

DUSK_DEGREES = -2.0  # the sun stands this low when the light cells switch
DARK_RAIN = 8.0  # mm/h that make a low sun dark
DIMMED = 0.6
BREAKS_EVERY_SECONDS = 200 * 86400.0
STANDBY_WATTS = 1.2


class Lamp(NamedTuple):
    """One lamp and its controller."""

    watts: float
    threshold: float  # degrees of the sun at which its own light cell switches
    broken_until: float


def begin_lamp(chance: Random) -> Lamp:
    watts = chance.choice((60.0, 90.0, 120.0, 150.0, 250.0))
    return Lamp(watts, DUSK_DEGREES + chance.gauss(0, 0.6), 0.0)


def should_burn(lamp: Lamp, moment: Moment) -> bool:
    """Whether it is dark enough for this lamp."""
    gloom = 4.0 if moment.sky.rain > DARK_RAIN else 0.0
    return moment.sky.sun - gloom < lamp.threshold


def read_lamp(state: Lamp, moment: Moment) -> tuple[Lamp, Readings]:
    """`lamp_on` is what the controller asked for; a broken lamp then draws no power."""
    chance = moment.chance
    if moment.time >= state.broken_until and happens(moment, BREAKS_EVERY_SECONDS):
        state = state._replace(broken_until=moment.time + chance.uniform(6, 72) * 3600)
    burns = should_burn(state, moment)
    dim = DIMMED if moment.hour >= 23.5 or moment.hour < 5 else 1.0
    volts = 228 + chance.gauss(0, 1.5) - (4 if 18 <= moment.hour < 23 else 0)
    watts = STANDBY_WATTS + abs(chance.gauss(0, 0.05))
    if burns and moment.time >= state.broken_until:
        watts += state.watts * dim * (1 + chance.gauss(0, 0.01))
    return state, {
        "lamp_on": float(burns),
        "lamp_power": watts,
        "lamp_current": watts / volts / 0.95,  # power factor of the driver
        "lamp_voltage": volts,
    }
