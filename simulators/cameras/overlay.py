"""What a camera writes into its picture, and the rain before its lens."""

from datetime import UTC, datetime
from functools import cache, lru_cache
from random import Random
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

LOCAL = ZoneInfo("Asia/Shanghai")
_WHITE, _EDGE = (255, 255, 255), (0, 0, 0)
_STREAK_FIELDS = 6  # pictures of rain that are shown in turn
_STREAKS = (0, 90, 240, 520)  # in a picture of 640 by 360, by the light's rain
_WEIGHT = 600


def clock(moment: float) -> str:
    """Local time to the millisecond, as it is burnt in (epoch seconds)."""
    # Half a millisecond is added because isoformat cuts, and 0.29 has no exact float.
    local = datetime.fromtimestamp(round(moment * 1000) / 1000 + 1e-6, UTC).astimezone(LOCAL)
    return local.isoformat(" ", "milliseconds")[:-6]


def burn_in(picture: Picture, name: str, head: str) -> None:
    """The name below, the time or a notice above, as large as the picture allows."""
    height = len(picture)
    size = max(14, height // 18)
    text(picture, head, (size // 2, round(size * 1.3)), size)
    text(picture, name, (size // 2, height - size // 2), size)


def text(picture: Picture, words: str, at: tuple[int, int], size: int) -> None:
    """White letters on a dark edge; `at` is where their base line begins."""
    font = _font()
    for aside in ((1, 1), (-1, -1)):
        spot = (at[0] + aside[0], at[1] + aside[1])
        cv2.putText(picture, words, spot, _EDGE, font, size, _WEIGHT)
    cv2.putText(picture, words, at, _WHITE, font, size, _WEIGHT)


@cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("uni")  # WenQuanYi Micro Hei, built into OpenCV 5: no font of the machine


def rain(picture: Picture, strength: int, number: int) -> None:
    """Streaks of rain of a strength from 1 to 3, another field with each picture's number."""
    height, width = picture.shape[:2]
    field = _field(width, height, strength, number % _STREAK_FIELDS)
    cv2.add(picture, field, dst=picture)


@lru_cache(maxsize=64)
def _field(width: int, height: int, strength: int, number: int) -> Picture:
    chance = Random(number * 10 + strength)
    field = np.zeros((height, width, 3), np.uint8)
    for _ in range(round(_STREAKS[strength] * width * height / (640 * 360))):
        x, y, length = chance.randrange(width), chance.randrange(height), chance.randint(6, 22)
        grey = chance.randint(18, 46)
        end = (x - length // 5, y + length)
        cv2.line(field, (x, y), end, (grey, grey, grey), 1, cv2.LINE_AA)
    return field
