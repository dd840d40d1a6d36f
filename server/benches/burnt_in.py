"""The time that a simulated camera burns into its picture, read back from the pixels."""

from datetime import datetime
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulators.cameras import overlay

Grey = NDArray[np.uint8]

FORM = "0000-00-00 00:00:00.000"  # as `overlay.clock` writes it
WIDTH, HEIGHT = 640, 360  # of the picture that is read
STRIP = (300, 34)  # width and height of its upper left part, in which the time stands
GROUNDS = (90, 30, 150, 210)  # shades of what may be behind the letters
LEAST = 0.6  # correlation of each sign with the digit it is taken for


def read(strip: Grey) -> float | None:
    """Epoch seconds of a strip (34, 300); None where no time can be read."""
    signs = [_sign(strip, place) for place in range(len(FORM)) if FORM[place] == "0"]
    if None in signs:
        return None
    digits = iter(signs)
    text = "".join(str(next(digits)) if sign == "0" else sign for sign in FORM)
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    return local.replace(tzinfo=overlay.LOCAL).timestamp()


def _sign(strip: Grey, place: int) -> int | None:
    left, right = _columns()[place]
    seen = _even(strip[:, left:right])
    fits = [float((seen * _even(shown[:, left:right])).sum()) for shown in _shown()]
    best = int(np.argmax(fits))
    return best % 10 if fits[best] > LEAST else None


def _even(part: Grey) -> NDArray[np.float64]:
    """Without its mean, of length one: the product of two is their correlation."""
    plain = part.astype(float) - float(part.mean())
    return np.asarray(plain / (float(np.sqrt((plain**2).sum())) or 1.0))


@cache
def _shown() -> list[Grey]:
    """The strip with all its digits alike, from 0 to 9, on each ground."""
    return [_written(FORM.replace("0", str(n)), ground) for ground in GROUNDS for n in range(10)]


@cache
def _columns() -> list[tuple[int, int]]:
    """First and last column of each sign, found by writing the text up to it."""
    ends = [_end(FORM[:count]) for count in range(len(FORM) + 1)]
    return list(pairwise(ends))


def _end(text: str) -> int:
    """Where the next sign begins: written twice with a mark behind, which is seen."""
    marked, plain = _written(f"{text}0").astype(int), _written(text).astype(int)
    return int(np.flatnonzero(np.abs(marked - plain).max(axis=0))[0])


def _written(text: str, ground: int = GROUNDS[0]) -> Grey:
    picture = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
    overlay.burn_in(picture, "", text)
    width, height = STRIP
    return np.asarray(picture[:height, :width, 0])
