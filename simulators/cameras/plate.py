"""Number plates (号牌) as they look: colours and proportions of GA 36, as far as public."""

from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.cameras.light import Colour

Picture = NDArray[np.uint8]

WIDTH, HEIGHT = 440, 140  # millimetres of the ordinary plate, and pixels of the picture
METRES = (WIDTH / 1000, HEIGHT / 1000)
_WIDE, _HIGH, _LOW = 45, 90, 25  # of a sign in millimetres, and its distance from the top
_DOT = 5  # radius of the dot behind the second sign
_STROKE = 600  # weight of the Latin letters
_RED, _BLACK, _WHITE = (40, 40, 200), (20, 20, 20), (245, 245, 245)

# Colour of the ground at the left and at the right end, at the top and at the bottom, and of the
# signs: a row for each kind.
_KINDS: dict[str, tuple[Colour, Colour, Colour]] = {
    "blue": ((150, 62, 14), (150, 62, 14), _WHITE),
    "yellow": ((20, 180, 236), (20, 180, 236), _BLACK),
    "white": (_WHITE, _WHITE, _BLACK),
    "black": (_BLACK, _BLACK, _WHITE),
    "green": ((232, 240, 232), (92, 178, 60), _BLACK),
    "yellow_green": ((20, 180, 236), (92, 178, 60), _BLACK),
}
_UNKNOWN = ((150, 150, 150), (150, 150, 150), _BLACK)


def ground(colour: str) -> Colour:
    """The colour of a plate that is too far away to be read."""
    first, last, _ = _KINDS.get(colour, _UNKNOWN)
    return (first[0] + last[0]) / 2, (first[1] + last[1]) / 2, (first[2] + last[2]) / 2


@lru_cache(maxsize=4096)
def draw(plate: str, colour: str) -> Picture:
    """A plate as a picture (140, 440, 3); an empty number gives an empty plate."""
    first, last, ink = _KINDS.get(colour, _UNKNOWN)
    picture = _ground(colour, np.array(first), np.array(last))
    margin = 8
    cv2.rectangle(picture, (margin, margin), (WIDTH - margin, HEIGHT - margin), ink, 2)
    gap = 10  # the dot needs it once more
    pitch = (WIDTH - 2 * 16 - 2 * gap) / max(len(plate), 7)
    for index, sign in enumerate(plate):
        left = round(16 + index * pitch + (2 * gap if index > 1 else 0) + (pitch - _WIDE) / 2)
        shown = _RED if sign == "警" else ink
        wide = min(_WIDE, round(pitch) - 2)
        _stamp(picture, _sign(sign, wide), left + (_WIDE - wide) // 2, shown)
    if colour not in {"green", "yellow_green"} and len(plate) > 2:
        cv2.circle(picture, (round(16 + 2 * pitch + gap), HEIGHT // 2), _DOT, ink, -1, cv2.LINE_AA)
    return picture


def _ground(colour: str, first: NDArray[np.float64], last: NDArray[np.float64]) -> Picture:
    if colour == "green":  # fades from top to bottom
        part = np.linspace(0, 1, HEIGHT)[:, None, None]
        rows = first + (last - first) * part
        return np.ascontiguousarray(np.broadcast_to(rows, (HEIGHT, WIDTH, 3)).astype(np.uint8))
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:, : WIDTH // 3], picture[:, WIDTH // 3 :] = first, last
    return picture


def _stamp(picture: Picture, mask: NDArray[np.uint8], left: int, ink: Colour) -> None:
    part = picture[_LOW : _LOW + mask.shape[0], left : left + mask.shape[1]]
    alpha = mask[:, : part.shape[1], None] / 255.0
    part[:] = (part * (1 - alpha) + np.array(ink) * alpha).astype(np.uint8)


@cache
def _fonts() -> tuple[cv2.FontFace, cv2.FontFace]:
    """For letters and for Chinese; both are built into OpenCV 5."""
    return cv2.FontFace("sans"), cv2.FontFace("uni")


@lru_cache(maxsize=512)
def _sign(sign: str, wide: int) -> NDArray[np.uint8]:
    """The mask (90, wide) of one sign, drawn large and fitted into its field."""
    letters, chinese = _fonts()
    canvas = np.zeros((300, 300), np.uint8)
    if sign.isascii():
        sign = "O" if sign == "0" else sign  # the font strikes its nought through; plates do not
        cv2.putText(canvas, sign, (60, 220), (255,), letters, 180, _STROKE)
    else:
        cv2.putText(canvas, sign, (60, 220), (255,), chinese, 180, 400)
        cv2.dilate(canvas, np.ones((5, 5), np.uint8), dst=canvas)
    box = cv2.boundingRect(canvas)
    if not box[2]:
        return np.zeros((_HIGH, wide), np.uint8)
    x, y, w, h = box
    # A 1 is narrow: stretched to the whole field it would be a bar.
    narrow = max(min(wide, round(w * _HIGH / h * 1.15)), 8)
    fitted = cv2.resize(canvas[y : y + h, x : x + w], (narrow, _HIGH), interpolation=cv2.INTER_AREA)
    mask = np.zeros((_HIGH, wide), np.uint8)
    left = (wide - narrow) // 2
    mask[:, left : left + narrow] = fitted
    return mask
