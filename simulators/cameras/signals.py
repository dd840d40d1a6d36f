"""The heads of traffic lights (信号灯) a camera sees."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.cameras.heads import Head, aspect
from simulators.cameras.pose import SUBPIXEL_BITS, Lens
from simulators.world.frame import Phase

_HEAD_METRES = 1.2, 0.45  # height and width of a head with three lamps
_AT_METRES = 5.6  # of its middle above the road
_CASE, _OFF = (24, 26, 24), (44, 48, 46)
_LAMPS = ("r", "y", "g")  # from top to bottom
_SHINE = {"r": (50, 50, 250), "y": (40, 200, 250), "g": (120, 240, 90)}
_FARTHEST_METRES = 120.0


def paint(
    picture: NDArray[np.uint8], lens: Lens, heads: Sequence[Head], phases: dict[str, Phase]
) -> None:
    """Draws the heads that look towards the camera; those that look away are black."""
    for head in heads:
        place = lens.pose.metres(np.array([head.lon]), np.array([head.lat]))[0]
        metres = float(np.hypot(*place))
        if metres > _FARTHEST_METRES or metres < 2:
            continue
        away = place / metres
        aside = np.array([away[1], -away[0]]) * _HEAD_METRES[1] / 2
        low, high = (_AT_METRES + sign * _HEAD_METRES[0] / 2 for sign in (-1, 1))
        a, b = place - aside, place + aside
        case = lens.outline(np.array([[*a, low], [*b, low], [*b, high], [*a, high]]))
        if case is None:
            continue
        cv2.fillConvexPoly(picture, case, _CASE, cv2.LINE_8, SUBPIXEL_BITS)
        turned = np.radians(head.heading)
        # What stands ahead of the traffic shows its lamps to who looks the way that traffic drives.
        if float(away @ np.array([np.sin(turned), np.cos(turned)])) > 0.2:
            _lamps(picture, lens, place, aspect(head, phases.get(head.signal)))


def _lamps(picture: NDArray[np.uint8], lens: Lens, place: NDArray[np.float64], lit: str) -> None:
    for number, lamp in enumerate(_LAMPS):
        spot, ahead = lens.project(np.array([*place, _AT_METRES + 0.38 * (1 - number)]))
        if not np.isfinite(spot).all():
            return
        radius = max(1, round(lens.focal * 0.15 / float(ahead)))
        colour = _SHINE[lamp] if lamp == lit else _OFF
        cv2.circle(picture, (round(spot[0]), round(spot[1])), radius, colour, -1, cv2.LINE_AA)
