"""Picture faults (视频质量诊断) on command: what is wrong with a camera, as rows."""

from collections.abc import Callable
from functools import lru_cache
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

MOVED_DEGREES = 35.0  # how far somebody has turned the camera
_NOISE_FIELDS = 5


def black(picture: Picture, _number: int) -> Picture:
    """The sensor gives nothing; the camera still writes its time."""
    return np.full_like(picture, 3)


def blur(picture: Picture, _number: int) -> Picture:
    """Out of focus."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), picture.shape[1] / 90))


def over_exposure(picture: Picture, _number: int) -> Picture:
    return np.asarray(cv2.convertScaleAbs(picture, alpha=2.6, beta=90))


def colour_cast(picture: Picture, _number: int) -> Picture:
    """The white balance is lost: green and blue are gone for the most part."""
    return np.asarray(cv2.transform(picture, np.diag([0.45, 0.62, 1.35])))


def noise(picture: Picture, number: int) -> Picture:
    height, width = picture.shape[:2]
    field = _noise(width, height, number % _NOISE_FIELDS)
    return np.asarray(cv2.add(picture, field, dtype=cv2.CV_8U))


def occlusion(picture: Picture, _number: int) -> Picture:
    """Something hangs before the lens, near and out of focus."""
    height, width = picture.shape[:2]
    mask = _cover(width, height)
    return np.asarray(picture * (1 - mask) + np.array([38.0, 46, 52]) * mask).astype(np.uint8)


PICTURE_FLAWS: dict[str, Callable[[Picture, int], Picture]] = {
    flaw.__name__: flaw for flaw in (black, blur, over_exposure, colour_cast, noise, occlusion)
}


@lru_cache(maxsize=16)
def _noise(width: int, height: int, number: int) -> NDArray[np.int16]:
    drawn = np.random.default_rng(number).normal(0, 45, (height, width, 3))
    return np.asarray(drawn, dtype=np.int16)


@lru_cache(maxsize=8)
def _cover(width: int, height: int) -> NDArray[np.float64]:
    chance = Random(1)
    mask = np.zeros((height, width), np.float32)
    for _ in range(7):
        centre = (chance.randrange(width * 4 // 5), chance.randrange(height))
        axes = (width // 4, height // 4)
        cv2.ellipse(mask, centre, axes, chance.uniform(0, 180), 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), width / 60)
    return np.asarray(soft[:, :, None], dtype=np.float64)
