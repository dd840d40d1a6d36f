"""Vehicles with number plates as they drive in Hengyang (湘D): a stock the sites see again."""

from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import NamedTuple

from simulators.randomness import generator

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I, no O
DIGITS = "0123456789"
SMALL_ENERGY = "DDDDFFABCEGHJK"  # D and F by far the most
HUNAN = "ABCDEFGHJKLMNU"
NEAR_PROVINCES = "粤粤粤鄂赣桂贵浙苏闽豫川渝皖沪京"


# No province of the mainland: what is added to reach a load is no vehicle of the world, and its
# plates are none (docs/decisions/0065-load-is-told-by-its-plates.md).
LOAD_SIGN = "测"
LOAD_STOCK = 200_000


class Car(NamedTuple):
    """One vehicle of the stock."""

    plate: str
    colour: str
    vehicle_class: str


def _region(chance: Random) -> str:
    draw = chance.random()
    if draw < 0.82:
        return "湘D"
    if draw < 0.93:
        return "湘" + chance.choice(HUNAN)
    return chance.choice(NEAR_PROVINCES) + chance.choice(LETTERS[:12])


def _serial(chance: Random, length: int) -> str:
    """Digits with at most two letters, as most cities issue them."""
    signs = [chance.choice(DIGITS) for _ in range(length)]
    for place in chance.sample(range(length), chance.choice((0, 1, 1, 2))):
        signs[place] = chance.choice(LETTERS)
    return "".join(signs)


def _ordinary(chance: Random) -> str:
    return _region(chance) + _serial(chance, 5)


def _small_energy(chance: Random) -> str:
    second = chance.choice(LETTERS + DIGITS)
    tail = "".join(chance.choices(DIGITS, k=4))
    return _region(chance) + chance.choice(SMALL_ENERGY) + second + tail


def _large_energy(chance: Random) -> str:
    return _region(chance) + "".join(chance.choices(DIGITS, k=5)) + chance.choice("DF")


def _special(ending: str, place: str = "") -> Callable[[Random], str]:
    def make(chance: Random) -> str:
        return (place or _region(chance)) + _serial(chance, 4) + ending

    return make


# weight, plate, colour, classes: a row for each look.
LOOKS = (
    (66.0, _ordinary, "blue", ("car", "car", "car", "van", "light_truck")),
    (21.0, _small_energy, "green", ("car", "car", "van")),
    (5.0, _ordinary, "yellow", ("truck", "truck", "bus")),
    (3.5, _large_energy, "yellow_green", ("bus", "bus", "truck")),
    (1.5, _special("挂"), "yellow", ("trailer",)),
    (1.2, _special("学"), "yellow", ("car",)),
    (1.2, _special("警"), "white", ("car", "van")),
    (0.4, _special("港", "粤Z"), "black", ("car",)),
    (0.2, _special("澳", "粤Z"), "black", ("car",)),
)
_WEIGHTS = [look[0] for look in LOOKS]


def load_plate(index: int) -> str:
    """Plate `index` of the load, `测A00000` and so on; sites see the same ones again and again."""
    series, number = divmod(index % LOAD_STOCK, 100_000)
    return f"{LOAD_SIGN}{LETTERS[series]}{number:05d}"


def is_load(plate: str) -> bool:
    """Whether a pass was added to reach a load and is in no truth."""
    return plate.startswith(LOAD_SIGN)


@lru_cache(maxsize=16384)
def car(seed: int, index: int) -> Car:
    """Vehicle number `index` of the stock: the same seed gives it the same plate for ever."""
    chance = generator(seed, "car", index)
    _, make, colour, classes = chance.choices(LOOKS, _WEIGHTS)[0]
    return Car(make(chance), colour, chance.choice(classes))
