"""A simple true picture of a vehicle at a stop line: its paint, size, place, plate, the signal."""

import time as clock
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.hours import SHANGHAI_SECONDS
from simulators.world.frame import Moving
from simulators.world.shots import Shot

WIDTH, HEIGHT = 800, 450
QUALITY = 80  # of the JPEG
HORIZON = 120  # pixels from the top
FOCAL = 1150.0  # pixels
CAMERA_METRES, BEHIND_METRES = 6.0, 33.0  # height, and how far before the stop line it hangs
PLATE_METRES = (0.52, 0.17)
STRIP = 34
WHITE, BLACK, ROAD = (245, 245, 245), (20, 20, 20), (92, 90, 88)
PLATES = {
    "blue": ((168, 82, 12), WHITE), "yellow": ((30, 190, 240), BLACK), "white": (WHITE, BLACK),
    "black": (BLACK, WHITE), "green": ((150, 205, 120), BLACK),
    "yellow_green": ((110, 215, 190), BLACK),
}  # fmt: skip
LAMPS = {"r": (40, 40, 235), "y": (40, 200, 240), "G": (90, 200, 60), "g": (90, 200, 60)}


def portrait(shot: Shot) -> bytes:
    """A JPEG as the site's camera behind the stop line sees it."""
    picture = _street()
    _vehicle(picture, shot.vehicle, shot.ahead)
    if shot.aspect:
        cv2.rectangle(picture, (WIDTH - 62, 44), (WIDTH - 22, 84), BLACK, -1)
        colour = LAMPS.get(shot.aspect, (120, 120, 120))
        cv2.circle(picture, (WIDTH - 42, 64), 15, colour, -1, cv2.LINE_AA)
    _caption(picture, shot)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return bytes(data)


def _seen(across: float, up: float, ahead: float) -> tuple[int, int]:
    """Pixel of a place: metres right of the lane's middle, above the road, beyond the line."""
    depth = max(2.0, BEHIND_METRES + ahead)
    x = WIDTH / 2 + FOCAL * across / depth
    y = HORIZON + FOCAL * (CAMERA_METRES - up) / depth
    return round(x), round(y)


@cache
def _ground() -> NDArray[np.uint8]:
    picture = np.full((HEIGHT, WIDTH, 3), (205, 190, 175), np.uint8)
    picture[HORIZON:] = ROAD
    for side in (-1.75, 1.75):
        cv2.line(picture, _seen(side, 0, -8), _seen(side, 0, 0), WHITE, 4, cv2.LINE_AA)
    line = [_seen(-9, 0, -0.2), _seen(9, 0, -0.2), _seen(9, 0, 0.2), _seen(-9, 0, 0.2)]
    cv2.fillConvexPoly(picture, np.array(line), WHITE, cv2.LINE_AA)
    return picture


def _street() -> NDArray[np.uint8]:
    return _ground().copy()


def _vehicle(picture: NDArray[np.uint8], vehicle: Moving, ahead: float) -> None:
    """Its back and its roof, as far away as it is."""
    back, front = ahead - vehicle.length, ahead
    half, top = vehicle.width / 2, vehicle.height
    paint = tuple(int(vehicle.colour[i : i + 2], 16) for i in (5, 3, 1))
    roof = tuple(min(255, round(1.18 * part + 12)) for part in paint)
    corners = [_seen(-half, top, back), _seen(half, top, back)]
    far = [_seen(half, top, front), _seen(-half, top, front)]
    cv2.fillConvexPoly(picture, np.array(corners + far), roof, cv2.LINE_AA)
    cv2.rectangle(picture, _seen(-half, top, back), _seen(half, 0.25, back), paint, -1)
    glass = (_seen(-0.8 * half, 0.93 * top, back), _seen(0.8 * half, 0.62 * top, back))
    cv2.rectangle(picture, *glass, (70, 60, 50), -1)
    for side in (-1, 1):
        lamp = (
            _seen(side * 0.95 * half, 0.56 * top, back),
            _seen(side * 0.7 * half, 0.5 * top, back),
        )
        cv2.rectangle(picture, *lamp, (40, 40, 200), -1)
    if vehicle.plate:
        _plate(picture, vehicle, back)


def _plate(picture: NDArray[np.uint8], vehicle: Moving, back: float) -> None:
    wide, high = PLATE_METRES
    (left, top), (right, bottom) = _seen(-wide / 2, 0.4 + high, back), _seen(wide / 2, 0.4, back)
    ground, ink = PLATES.get(vehicle.plate_colour, (WHITE, BLACK))
    # Drawn large: once for the corner as a close-up (特写), once brought down to where it hangs.
    board = np.full((80, 245, 3), ground, np.uint8)
    cv2.rectangle(board, (3, 3), (241, 76), ink, 2)
    words = f"{vehicle.plate[:2]} {vehicle.plate[2:]}"
    cv2.putText(board, words, (10, 57), ink, _font(), 46 if len(words) < 9 else 40, 700)
    picture[HEIGHT - 94 : HEIGHT - 14, 14:259] = board
    size = (max(8, right - left), max(4, bottom - top))
    small = cv2.resize(board, size, interpolation=cv2.INTER_AREA)
    y, x = max(0, top), max(0, left)
    place = picture[y : y + size[1], x : x + size[0]]
    place[:] = small[: place.shape[0], : place.shape[1]]


@cache
def _font() -> "cv2.FontFace":
    return cv2.FontFace("uni")  # comes with OpenCV and has Chinese


def _caption(picture: NDArray[np.uint8], shot: Shot) -> None:
    picture[:STRIP] = BLACK
    local = clock.gmtime(shot.time + SHANGHAI_SECONDS)
    when = clock.strftime("%Y-%m-%d %H:%M:%S", local) + f".{round(shot.time % 1 * 1000) % 1000:03d}"
    speed = f"{shot.vehicle.speed * 3.6:.0f} km/h"
    words = f"{when}  {shot.site}  车道{shot.lane}  {speed}"
    cv2.putText(picture, words, (10, 24), WHITE, _font(), 18, 400)
