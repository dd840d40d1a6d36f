"""The heads of traffic lights (信号灯) a camera sees, and their masts."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.cameras.heads import Head, aspect
from simulators.cameras.light import Light
from simulators.cameras.pose import SUBPIXEL_BITS, Floats, Lens
from simulators.world.frame import Phase

_HEAD_METRES = 1.3, 0.5  # height and width of a head with three lamps
_MAST_METRES = 0.18
_CASE, _OFF, _MAST = (26, 28, 26), (46, 50, 48), (122, 120, 116)
_LAMPS = ("r", "y", "g")  # from top to bottom
_LAMP_METRES, _APART_METRES = 0.17, 0.41
_SHINE = {"r": (40, 40, 250), "y": (40, 200, 250), "g": (120, 240, 90)}
_FARTHEST_METRES = 120.0
FACING = 0.5  # cosine: whoever looks more aslant sees the hoods of the lamps


def paint(
    picture: NDArray[np.uint8],
    lens: Lens,
    heads: Sequence[Head],
    phases: Mapping[str, Phase],
    light: Light,
) -> None:
    """Draws the heads with their lamps towards the camera; those that look away are black."""
    mast = light.on(_MAST)
    for head in heads:
        place = lens.pose.metres(np.array([head.lon]), np.array([head.lat]))[0]
        metres = float(np.hypot(*place))
        if metres > _FARTHEST_METRES or metres < 2:
            continue
        away = place / metres
        below, above = (head.height + sign * _HEAD_METRES[0] / 2 for sign in (-1, 1))
        _bar(picture, lens, place, away, (0.0, below), _MAST_METRES, mast)
        if not _bar(picture, lens, place, away, (below, above), _HEAD_METRES[1], _CASE):
            continue
        turned = np.radians(head.heading)
        # What stands ahead of the traffic shows its lamps to who looks the way that traffic drives.
        if float(away @ np.array([np.sin(turned), np.cos(turned)])) > FACING:
            _lamps(picture, lens, place, head.height, aspect(head, phases.get(head.signal)))


def _bar(
    picture: NDArray[np.uint8],
    lens: Lens,
    place: Floats,
    away: Floats,
    heights: tuple[float, float],
    wide: float,
    colour: tuple[float, float, float],
) -> bool:
    """Something upright that turns its face to the camera; False if none of it is in view."""
    aside = np.array([away[1], -away[0]]) * wide / 2
    a, b = place - aside, place + aside
    low, high = heights
    face = lens.outline(np.array([[*a, low], [*b, low], [*b, high], [*a, high]]))
    if face is None:
        return False
    cv2.fillConvexPoly(picture, face, colour, cv2.LINE_AA, SUBPIXEL_BITS)
    return True


def _lamps(picture: NDArray[np.uint8], lens: Lens, place: Floats, height: float, lit: str) -> None:
    for number, lamp in enumerate(_LAMPS):
        at = np.array([*place, height + _APART_METRES * (1 - number)])
        spot, ahead = lens.project(at)
        if not np.isfinite(spot).all():
            return
        radius = max(1, round(lens.focal * _LAMP_METRES / float(ahead)))
        colour = _SHINE[lamp] if lamp == lit else _OFF
        cv2.circle(picture, (round(spot[0]), round(spot[1])), radius, colour, -1, cv2.LINE_AA)
