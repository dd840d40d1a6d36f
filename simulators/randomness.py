"""Chance that repeats: every number comes from a seed and a name, never from the process."""

import math
import random
from functools import lru_cache
from hashlib import blake2b


def generator(seed: int, *names: object) -> random.Random:
    """A generator of its own for one thing, e.g. `(seed, device_id, "faults")`.

    Draws for one device never disturb another, so a fleet may grow without changing its members.
    """
    digest = blake2b(repr((seed, *names)).encode(), digest_size=16).digest()
    return random.Random(int.from_bytes(digest, "big"))  # simulation, no secret


@lru_cache(maxsize=8192)
def _knot(seed: int, name: str, index: int) -> float:
    return generator(seed, name, index).uniform(-1.0, 1.0)


def smooth(seed: int, name: str, time: float, period: float) -> float:
    """Value noise in [-1, 1]: a new random height every `period` seconds, cosine in between."""
    index, part = divmod(time / period, 1.0)
    left, right = _knot(seed, name, int(index)), _knot(seed, name, int(index) + 1)
    return left + (right - left) * (1 - math.cos(math.pi * part)) / 2
