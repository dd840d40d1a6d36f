"""The still part of a picture: sky, roads with their marks, buildings; painted once per light."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.cameras.ground import (
    LANE_METRES,
    PAVEMENT_METRES,
    Arm,
    Building,
    Crossing,
    Ground,
    Street,
)
from simulators.cameras.light import Colour, Light
from simulators.cameras.pose import SUBPIXEL_BITS, Floats, Lens
from simulators.randomness import generator

Picture = NDArray[np.uint8]

_VERGE, _PAVEMENT, _KERB = (104, 138, 122), (150, 156, 160), (184, 188, 190)
_ASPHALT, _WHITE, _YELLOW = (92, 90, 88), (226, 228, 228), (70, 190, 232)
_LEAVES, _TRUNK, _POST = (60, 108, 62), (62, 78, 96), (120, 118, 116)
_GLASS, _LIT, _DARK = (140, 120, 100), (85, 155, 190), (0, 0, 0)
_MARK_METRES = 0.15
_DASH_METRES, _DASH_EVERY = 4.0, 10.0
_FAR = np.float32(1e6)
_LARGE_PIXELS = 1600
_FLOOR_METRES, _BAY_METRES = 3.2, 3.6
_LIT_SHARE = 0.45  # of the windows at night


class Backdrop:
    """The still part of what a lens sees of a ground, painted once, shown in any light."""

    def __init__(self, lens: Lens, ground: Ground) -> None:
        # Painted larger, then shrunk: edges without steps. A large picture needs that less.
        smooth = 2 if lens.width < _LARGE_PIXELS else 1
        brush = _Brush(Lens(lens.pose, lens.width * smooth, lens.height * smooth))
        _roads(brush, ground)
        _upright(brush, ground)
        _glow(brush, ground.lamps)
        size = (lens.width, lens.height)
        self.lens = lens
        self._plain, self._lit, opened = (
            np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
            for layer in (brush.picture, brush.lit, brush.open)
        )
        self._open = opened[:, :, None] / np.float32(255)
        # Metres to the building in each pixel, for what it hides.
        walls = cv2.resize(brush.walls, size, interpolation=cv2.INTER_NEAREST)
        self.walls = np.asarray(walls, dtype=np.float32)
        self._kept: tuple[Light, Picture] | None = None

    def under(self, light: Light) -> Picture:
        """A picture (height, width, 3) in a light, for the caller to draw on."""
        if self._kept is None or self._kept[0] != light:
            self._kept = (light, self._shown(light))
        return self._kept[1].copy()

    def _shown(self, light: Light) -> Picture:
        seen = np.asarray(self._plain * light.strength.astype(np.float32), dtype=np.float32)
        seen += (self._sky(light) - seen) * self._open
        picture = np.clip(seen, 0, 255).astype(np.uint8)
        if light.lamps:
            cv2.add(picture, self._lit, dst=picture)
        return picture

    def _sky(self, light: Light) -> NDArray[np.float32]:
        above, low = light.sky()
        horizon = max(self.lens.horizon, 1.0)
        part = np.clip(np.arange(self.lens.height) / horizon, 0, 1)[:, None]
        return np.asarray((above * (1 - part) + low * part)[:, None, :], dtype=np.float32)


class _Brush:
    """Paints polygons of the world as they look at noon, and what shines at night beside it."""

    def __init__(self, lens: Lens) -> None:
        self.lens = lens
        shape = (lens.height, lens.width)
        self.picture = np.full((*shape, 3), _VERGE, np.uint8)
        self.lit = np.zeros((*shape, 3), np.uint8)
        self.open = np.zeros(shape, np.uint8)  # 255 where the sky is seen
        self.open[: max(0, min(lens.height, round(lens.horizon)))] = 255
        self.walls = np.full(shape, _FAR, np.float32)

    def flat(self, corners: Floats, colour: Colour) -> None:
        """A polygon (n, 2) on the ground."""
        self.face(np.column_stack([corners, np.zeros(len(corners))]), colour)

    def face(
        self, corners: Floats, colour: Colour, metres: float | None = None, lit: Colour = _DARK
    ) -> None:
        """A polygon (n, 3); `metres`: it hides what is farther away; `lit`: its own light."""
        outline = self.lens.outline(corners)
        if outline is None:
            return
        for layer, value in ((self.picture, colour), (self.lit, lit), (self.open, 0)):
            cv2.fillConvexPoly(layer, outline, value, cv2.LINE_8, SUBPIXEL_BITS)
        if metres is not None:
            cv2.fillConvexPoly(self.walls, outline, metres, cv2.LINE_8, SUBPIXEL_BITS)


def shaded(colour: Colour, share: float) -> Colour:
    """A colour on a face that gets this share of the light."""
    return colour[0] * share, colour[1] * share, colour[2] * share


def _roads(brush: _Brush, ground: Ground) -> None:
    for extra, colour in ((PAVEMENT_METRES, _PAVEMENT), (0.35, _KERB), (0.0, _ASPHALT)):
        for street in ground.streets:
            for quad in _ribbon(street.points, -street.half - extra, street.half + extra):
                brush.flat(quad, colour)
    for street in ground.streets:
        _marks(brush, street, ground.crossings)
    for crossing in ground.crossings:
        _clear(brush, crossing)
    for crossing in ground.crossings:
        for arm in crossing.arms:
            _stop_line(brush, crossing, arm)


def _ribbon(points: Floats, left: float, right: float) -> Iterator[Floats]:
    """Quads that cover a line from so many metres beside it to so many; right is positive."""
    for a, b in pairwise(points):
        way = (b - a) / max(float(np.hypot(*(b - a))), 1e-9)
        aside = np.array([way[1], -way[0]])
        # A little longer than the stretch, so that no gap opens in a bend.
        first, last = a - way * 0.5, b + way * 0.5
        yield np.array(
            [first + aside * left, first + aside * right, last + aside * right, last + aside * left]
        )


def _marks(brush: _Brush, street: Street, crossings: list[Crossing]) -> None:
    wide = _MARK_METRES / 2
    for aside in (-0.18, 0.18):
        for quad in _ribbon(street.points, aside - wide, aside + wide):
            brush.flat(quad, _YELLOW)
    for side in (-1, 1):
        edge = side * (street.half - 0.3)
        for quad in _ribbon(street.points, edge - wide, edge + wide):
            brush.flat(quad, _WHITE)
        for lane in range(1, street.lanes):
            aside = side * lane * LANE_METRES
            for dash in _dashes(street.points, crossings):
                for quad in _ribbon(dash, aside - wide, aside + wide):
                    brush.flat(quad, _WHITE)


def _dashes(points: Floats, crossings: list[Crossing]) -> Iterator[Floats]:
    """Pieces of a line; before a crossing the line is whole."""
    near = [c.point for c in crossings]
    for a, b in pairwise(points):
        length = float(np.hypot(*(b - a)))
        way = (b - a) / max(length, 1e-9)
        for along in np.arange(0, length, _DASH_EVERY):
            start = a + way * along
            whole = any(np.hypot(*(start - place)) < 45 for place in near)
            yield np.array([start, start + way * (_DASH_EVERY if whole else _DASH_METRES)])


def _clear(brush: _Brush, crossing: Crossing) -> None:
    """The middle of a crossing has no marks."""
    for arm in crossing.arms:
        middle = crossing.point
        line = np.array([middle - arm.outward, middle + arm.outward * (arm.stop - 0.3)])
        for quad in _ribbon(line, -arm.half, arm.half):
            brush.flat(quad, _ASPHALT)


def _stop_line(brush: _Brush, crossing: Crossing, arm: Arm) -> None:
    """Across the lanes that come in, and a zebra (人行横道) before it."""
    # Traffic keeps to the right: seen outward, what comes in is on the left.
    left = np.array([-arm.outward[1], arm.outward[0]])
    at = crossing.point + arm.outward * arm.stop
    thick = arm.outward * 0.4
    ends = at + left * 0.3, at + left * (arm.half - 0.3)
    brush.flat(np.array([ends[0], ends[1], ends[1] + thick, ends[0] + thick]), _WHITE)
    near, deep = at - arm.outward * 1.2, arm.outward * 2.8
    for aside in np.arange(-arm.half + 0.4, arm.half - 0.5, 0.95):
        a, b = near + left * aside, near + left * (aside + 0.45)
        brush.flat(np.array([a, b, b - deep, a - deep]), _WHITE)


def _upright(brush: _Brush, ground: Ground) -> None:
    """Houses, trees and lamp posts, those far away first."""
    things: list[tuple[float, Building | Floats, str]] = [
        (float(np.hypot(*house.corners.mean(axis=0))), house, "house") for house in ground.buildings
    ]
    things += [(float(np.hypot(*place)), place, "tree") for place in ground.trees]
    things += [(float(np.hypot(*place)), place, "lamp") for place in ground.lamps]
    for _, thing, kind in sorted(things, key=lambda item: -item[0]):
        if isinstance(thing, Building):
            _house(brush, thing)
        elif kind == "tree":
            _tree(brush, thing)
        else:
            _post(brush, thing)


def _house(brush: _Brush, house: Building) -> None:
    chance = generator(house.number, "windows")
    walls = [(house.corners[i], house.corners[(i + 1) % 4]) for i in range(4)]
    for a, b in sorted(walls, key=lambda wall: -float(np.hypot(*(wall[0] + wall[1])))):
        wall = np.array([[*a, 0], [*b, 0], [*b, house.height], [*a, house.height]])
        share = 0.72 + 0.28 * abs(float((b - a)[0]) / float(np.hypot(*(b - a))))
        middle = float(np.hypot(*((a + b) / 2)))
        brush.face(wall, shaded(house.colour, share), middle)
        if middle < 110:
            _windows(brush, a, b, house.height, chance)


def _windows(brush: _Brush, a: Floats, b: Floats, height: float, chance: Random) -> None:
    length = float(np.hypot(*(b - a)))
    way = (b - a) / length
    for along in np.arange(1.2, length - 2.0, _BAY_METRES):
        left, right = a + way * along, a + way * (along + 1.7)
        for low in np.arange(1.4, height - 2.0, _FLOOR_METRES):
            lit = _LIT if chance.random() < _LIT_SHARE else _DARK
            high = low + 1.5
            pane = np.array([[*left, low], [*right, low], [*right, high], [*left, high]])
            brush.face(pane, shaded(_GLASS, 0.8), lit=lit)


def _tree(brush: _Brush, place: Floats) -> None:
    _bar(brush, place, 0.0, 3.0, 0.25, _TRUNK)
    pixels, ahead = brush.lens.project(np.array([*place, 4.2]))
    if ahead > 3 and np.isfinite(pixels).all():
        for lift, share in ((0.0, 0.8), (0.25, 1.0)):
            radius = max(1, round(brush.lens.focal * (1.7 - lift) / float(ahead)))
            centre = (round(pixels[0]), round(pixels[1] - lift * radius))
            cv2.circle(brush.picture, centre, radius, shaded(_LEAVES, share), -1)
            cv2.circle(brush.lit, centre, radius, _DARK, -1)
            cv2.circle(brush.open, centre, radius, 0, -1)


def _post(brush: _Brush, place: Floats) -> None:
    _bar(brush, place, 0.0, 8.0, 0.16, _POST)


def _bar(
    brush: _Brush, place: Floats, low: float, high: float, wide: float, colour: Colour
) -> None:
    """Something slim and upright that turns its face to the camera."""
    away = place / max(float(np.hypot(*place)), 1e-9)
    aside = np.array([away[1], -away[0]]) * wide / 2
    a, b = place - aside, place + aside
    brush.face(np.array([[*a, low], [*b, low], [*b, high], [*a, high]]), colour)


def _glow(brush: _Brush, lamps: Floats) -> None:
    """Street lamps, and the light they throw on the road."""
    shine = np.zeros(brush.lit.shape, np.uint8)
    for place in lamps:
        foot, ahead = brush.lens.project(np.array([*place, 0.0]))
        head, _ = brush.lens.project(np.array([*place, 8.0]))
        if ahead < 4 or not np.isfinite(foot).all():
            continue
        across = max(2, round(brush.lens.focal * 7 / float(ahead)))
        axes = (across, max(1, round(across * brush.lens.pose.height / float(ahead))))
        cv2.ellipse(shine, (round(foot[0]), round(foot[1])), axes, 0, 0, 360, (46, 66, 74), -1)
        radius = max(1, round(brush.lens.focal * 0.35 / float(ahead)))
        cv2.circle(shine, (round(head[0]), round(head[1])), radius, (190, 230, 250), -1)
    # What is blurred so much is blurred in small: a tenth of the time.
    size = (brush.lens.width, brush.lens.height)
    small = cv2.resize(shine, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), brush.lens.width / 640)
    cv2.add(brush.lit, cv2.resize(blurred, size), dst=brush.lit)
