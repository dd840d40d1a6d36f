"""Vehicles as shaded boxes of their true size, with lights and plates."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.cameras import plate
from simulators.cameras.light import Colour, Light, hexed
from simulators.cameras.pose import SUBPIXEL_BITS, Floats, Lens, fixed

Picture = NDArray[np.uint8]

NEAREST_METRES = 2.0  # a corner nearer than this would fill the picture
FARTHEST_METRES = 230.0
PLATE_FROM_PIXELS = 12  # across; smaller ones are a patch of their colour
PLATE_SEEN_PIXELS = 3  # smaller ones are not seen at all
_PLATE_AT = 0.42, 0.42 + plate.METRES[1]  # metres above the road
_GLASS, _TYRE, _CARGO = (58, 48, 40), (30, 30, 30), (168, 170, 172)
_CREAM, _SIGN = (206, 216, 220), (70, 205, 240)
_COAT, _TROUSERS, _HELMET = (96, 74, 58), (58, 52, 48), (60, 196, 236)


class Box(NamedTuple):
    """A part of a body, in shares of its length (from the front), height, and half its width."""

    front: float
    back: float
    low: float
    high: float
    inset: float  # of the upper edge, share of the length and of half the width
    colour: Colour | None  # None: the paint
    side: float = 1.0  # share of half the width


_SKIRT = Box(0.02, 0.98, 0.0, 0.2, 0.0, _TYRE)
_CAR = (
    _SKIRT,
    Box(0.0, 1.0, 0.14, 0.6, 0.0, None),
    Box(0.22, 0.92, 0.6, 0.97, 0.1, _GLASS),
    Box(0.33, 0.8, 0.94, 1.0, 0.0, None),
)
_VAN = (
    _SKIRT,
    Box(0.0, 1.0, 0.14, 0.55, 0.0, None),
    Box(0.1, 0.99, 0.55, 0.86, 0.03, _GLASS),
    Box(0.16, 0.99, 0.86, 1.0, 0.0, None),
)
_BUS = (
    _SKIRT,
    Box(0.0, 1.0, 0.1, 0.45, 0.0, None),
    Box(0.0, 1.0, 0.45, 0.8, 0.0, _GLASS),
    Box(0.0, 1.0, 0.8, 1.0, 0.0, None),
)
_TRUCK = (
    _SKIRT,
    Box(0.24, 1.0, 0.2, 1.0, 0.0, _CARGO),
    Box(0.0, 0.22, 0.12, 0.5, 0.0, None),
    Box(0.0, 0.22, 0.5, 0.72, 0.02, _GLASS),
    Box(0.02, 0.22, 0.72, 0.82, 0.0, None),
)
# Two colours, and the sign (顶灯) on the roof.
_TAXI = (
    *_CAR[:3],
    Box(0.33, 0.8, 0.94, 1.0, 0.0, _CREAM),
    Box(0.5, 0.57, 1.0, 1.1, 0.0, _SIGN, 0.36),
)
# An electric bicycle (电动自行车) with its rider; its height is his.
_EBIKE = (
    Box(0.0, 0.3, 0.0, 0.31, 0.0, _TYRE, 0.14),
    Box(0.16, 0.26, 0.2, 0.6, 0.0, None, 0.62),
    Box(0.26, 0.6, 0.15, 0.24, 0.0, None, 0.5),
    Box(0.7, 1.0, 0.0, 0.3, 0.0, _TYRE, 0.14),
    Box(0.58, 0.98, 0.3, 0.47, 0.0, None, 0.5),
    Box(0.3, 0.58, 0.24, 0.5, 0.0, _TROUSERS, 0.62),
    Box(0.42, 0.64, 0.5, 0.85, 0.06, _COAT, 0.8),
    Box(0.45, 0.6, 0.86, 1.0, 0.02, _HELMET, 0.36),
)
SHAPES = {
    "car": _CAR, "taxi": _TAXI, "van": _VAN, "bus": _BUS, "truck": _TRUCK, "light_truck": _TRUCK,
    "trailer": _TRUCK, "ebike": _EBIKE,
}  # fmt: skip
_OF_PARTS = (_EBIKE,)  # painted part by part, the farthest first; others from below to above
_UNMARKED = {"ebike"}  # without a plate that could be seen

# Corners of a box: 0 to 3 below (front left, front right, back right, back left), 4 to 7 above.
# Faces run clockwise as seen from outside, so that those turned away are known by their sign.
_FACES = np.array([(0, 1, 5, 4), (2, 3, 7, 6), (1, 2, 6, 5), (3, 0, 4, 7), (4, 5, 6, 7)])
_SHARES = np.array([0.86, 0.7, 0.78, 0.92, 1.0])  # of the light: front, back, right, left, top
_SHADOW, _TAIL, _HEAD = (62, 58, 56), (60, 60, 235), (225, 245, 255)
_UNLIT = ((214, 218, 220), (38, 34, 138))  # glass of the lights by day, at the front and the back
_LAMP_METRES = 0.11
_PARTS = max(len(shape) for shape in SHAPES.values())
# Of an end: corners of the plate and the two lights, half widths to the right and metres above.
_END_SPOTS = np.array(
    [
        (-1, _PLATE_AT[1]), (1, _PLATE_AT[1]), (1, _PLATE_AT[0]), (-1, _PLATE_AT[0]),
        (-0.78, 0.68), (0.78, 0.68),
    ]
)  # fmt: skip


def _template(shape: tuple[Box, ...]) -> Floats:
    """Corners (parts, 8, 3) of a shape: shares of length from the front, half width, and height."""
    made = np.zeros((_PARTS, 8, 3))
    for number, box in enumerate(shape):
        for above in (0, 1):
            inset = box.inset if above else 0.0
            front, back, side = box.front + inset, box.back - inset / 2, box.side * (1 - inset)
            level = box.high if above else box.low
            made[number, above * 4 : above * 4 + 4] = [
                (front, -side, level),
                (front, side, level),
                (back, side, level),
                (back, -side, level),
            ]
    return made


def _colours(shape: tuple[Box, ...]) -> Floats:
    """Colours (parts, 3) of a shape, NaN where it is the paint's."""
    made = np.full((_PARTS, 3), np.nan)
    for number, box in enumerate(shape):
        if box.colour is not None:
            made[number] = box.colour
    return made


_TEMPLATES = {name: _template(shape) for name, shape in SHAPES.items()}
_COLOURS = {name: _colours(shape) for name, shape in SHAPES.items()}


class Bodies(NamedTuple):
    """Vehicles at one moment: places of their fronts in metres (n, 2), degrees, and looks."""

    fronts: Floats
    headings: Floats
    sizes: Floats  # (n, 3) length, width, height
    classes: list[str]
    colours: list[str]
    plates: list[str]
    plate_colours: list[str]


def paint(
    picture: Picture, lens: Lens, bodies: Bodies, light: Light, walls: NDArray[np.float32]
) -> int:
    """Draws vehicles into a picture, those far away first; gives how many were drawn."""
    order = _visible(lens, bodies, walls)
    if not len(order):
        return 0
    solids = _solids(lens, bodies, order, light)
    for row, index in enumerate(order):
        _one(picture, solids, row)
        for end in (0, 1):
            if solids.ends[row, end]:
                _end(picture, lens, bodies, int(index), end, light)
    return len(order)


def _visible(lens: Lens, bodies: Bodies, walls: NDArray[np.float32]) -> NDArray[np.intp]:
    """Indices of those that stand in the picture and behind no house, the farthest first."""
    if not len(bodies.fronts):
        return np.zeros(0, np.intp)
    ways = _ways(bodies.headings)
    middles = bodies.fronts - ways * bodies.sizes[:, :1] / 2
    points = np.column_stack([middles, bodies.sizes[:, 2] / 2])
    pixels, ahead = lens.project(points)
    reach = bodies.sizes[:, 0] / 2 + 1
    margin = lens.focal * reach / np.maximum(ahead, 1.0)
    near = (ahead - reach > NEAREST_METRES) & (ahead < FARTHEST_METRES)
    with np.errstate(invalid="ignore"):
        inside = (np.abs(pixels[:, 0] - lens.width / 2) < lens.width / 2 + margin) & (
            np.abs(pixels[:, 1] - lens.height / 2) < lens.height / 2 + margin
        )
    chosen = np.flatnonzero(near & inside)
    x = np.clip(pixels[chosen, 0], 0, lens.width - 1).astype(int)
    y = np.clip(pixels[chosen, 1], 0, lens.height - 1).astype(int)
    away = np.hypot(middles[chosen, 0], middles[chosen, 1])
    chosen = chosen[walls[y, x] > away - 3]
    return np.asarray(chosen[np.argsort(-ahead[chosen])])


def _ways(headings: Floats) -> Floats:
    angle = np.radians(headings)
    return np.column_stack([np.sin(angle), np.cos(angle)])


class _Solids(NamedTuple):
    """All parts of some vehicles on the screen; the second axis is the part, the third the face."""

    outlines: NDArray[np.int32]  # (n, parts, 5, 4, 2), sixteenths of a pixel
    shown: list[list[list[bool]]]
    colours: list[list[list[Colour]]]
    orders: list[tuple[int, ...]]  # in which its parts are painted
    shadows: NDArray[np.int32] | None  # (n, 4, 2)
    ends: NDArray[np.bool_]  # (n, 2): whether front and back are seen


def _solids(lens: Lens, bodies: Bodies, order: NDArray[np.intp], light: Light) -> _Solids:
    classes = [bodies.classes[i] if bodies.classes[i] in SHAPES else "car" for i in order]
    shape = np.stack([_TEMPLATES[name] for name in classes])
    way = _ways(bodies.headings[order])[:, None, None, :]
    aside = np.stack([way[..., 1], -way[..., 0]], axis=-1)
    length, width, height = (bodies.sizes[order, axis][:, None, None] for axis in range(3))
    flat = bodies.fronts[order][:, None, None, :]
    flat = flat - way * (length * shape[..., 0])[..., None]
    flat = flat + aside * (width / 2 * shape[..., 1])[..., None]
    pixels, ahead = lens.project(np.concatenate([flat, (height * shape[..., 2])[..., None]], -1))
    quads = pixels[:, :, _FACES]
    areas = _signed(quads)
    shown = areas > 0  # never for what is partly behind the lens: its area is not a number
    paints = np.array([hexed(bodies.colours[i]) for i in order])
    lit = _base(classes, paints)[:, :, None, :] * _SHARES[:, None] * light.strength
    middle = ahead.mean(axis=2)
    orders = [_order(name, row) for name, row in zip(classes, middle, strict=True)]
    ends = np.asarray(shown[:, 1:3, :2].any(axis=1))
    shadows = None
    if light.day > 0.3 and not light.rain:
        shadows = _shadows(lens, flat[:, 1])
    return _Solids(fixed(np.nan_to_num(quads)), shown.tolist(), lit.tolist(), orders, shadows, ends)


def _one(picture: Picture, solids: _Solids, row: int) -> None:
    if solids.shadows is not None:
        cv2.fillConvexPoly(picture, solids.shadows[row], _SHADOW, cv2.LINE_8, SUBPIXEL_BITS)
    outlines, shown, colours = solids.outlines[row], solids.shown[row], solids.colours[row]
    for part in solids.orders[row]:
        for face in range(5):
            if shown[part][face]:
                colour = colours[part][face]
                cv2.fillConvexPoly(picture, outlines[part, face], colour, cv2.LINE_8, SUBPIXEL_BITS)


def _base(classes: list[str], paints: Floats) -> Floats:
    """Colours (n, parts, 3); where a shape leaves it open, that of the paint."""
    own = np.stack([_COLOURS[name] for name in classes])
    return np.asarray(np.where(np.isnan(own), paints[:, None, :], own))


def _order(name: str, middle: Floats) -> tuple[int, ...]:
    """From below to above; of cab and cargo first whichever is farther away."""
    shape = SHAPES[name]
    if shape in _OF_PARTS:
        return tuple(np.argsort(-middle[: len(shape)]).tolist())
    if shape is not _TRUCK or middle[1] > middle[2]:
        return tuple(range(len(shape)))
    return 0, 2, 3, 4, 1


def _signed(quads: Floats) -> Floats:
    """Twice the area of quads (..., 4, 2); positive for those that run clockwise on the screen."""
    x, y = quads[..., 0], quads[..., 1]
    nx, ny = np.roll(x, -1, axis=-1), np.roll(y, -1, axis=-1)
    return np.asarray((x * ny - nx * y).sum(axis=-1))


def _shadows(lens: Lens, flat: Floats) -> NDArray[np.int32]:
    """Outlines (n, 4, 2) of shadows; the sun stands in the south-west of every picture."""
    corners = flat[:, :4]
    middle = corners.mean(axis=1, keepdims=True)
    spread = middle + (corners - middle) * 1.06 + np.array([0.35, 0.1])
    points = np.concatenate([spread, np.zeros((*spread.shape[:2], 1))], axis=-1)
    pixels, _ = lens.project(points)
    return fixed(np.nan_to_num(pixels))


def _end(picture: Picture, lens: Lens, bodies: Bodies, index: int, end: int, light: Light) -> None:
    """Plate and lights of the front (0) or the back (1)."""
    way = _ways(bodies.headings[index : index + 1])[0]
    length, width, _ = bodies.sizes[index]
    out = -0.02 if end else 0.02  # before the body
    middle = bodies.fronts[index] - way * (length * end - out)
    # Who looks at the front sees its right side on the left.
    right = np.array([way[1], -way[0]]) * (1 if end else -1)
    spots = _END_SPOTS * (plate.METRES[0] / 2, 1)
    unmarked = bodies.classes[index] in _UNMARKED
    spots[4:, 0] = _END_SPOTS[4:, 0] * (0.0 if unmarked else width / 2)
    points = np.column_stack([middle + right * spots[:, :1], spots[:, 1]])
    pixels, ahead = lens.project(points)
    if not np.isfinite(pixels).all():
        return
    if not unmarked and lens.focal * plate.METRES[0] / float(ahead[0]) > PLATE_SEEN_PIXELS:
        _plate(picture, pixels[:4], bodies.plates[index], bodies.plate_colours[index], light)
    radius = lens.focal * _LAMP_METRES / float(ahead[0])
    if light.lamps or radius > 1:
        colour = (_TAIL if end else _HEAD) if light.lamps else light.on(_UNLIT[end])
        for x, y in pixels[4:].round().astype(int).tolist():
            cv2.circle(picture, (x, y), max(1, round(radius)), colour, -1, cv2.LINE_AA)


def _plate(picture: Picture, pixels: Floats, number: str, colour: str, light: Light) -> None:
    across = float(np.hypot(*(pixels[1] - pixels[0])))
    if across < PLATE_FROM_PIXELS:
        shown = light.on(plate.ground(colour), 1.0)
        cv2.fillConvexPoly(picture, fixed(pixels), shown, cv2.LINE_8, SUBPIXEL_BITS)
        return
    left, top = np.floor(pixels.min(axis=0)).astype(int) - 1
    right, bottom = np.ceil(pixels.max(axis=0)).astype(int) + 2
    left, top = max(int(left), 0), max(int(top), 0)
    right, bottom = min(int(right), picture.shape[1]), min(int(bottom), picture.shape[0])
    if right - left < 2 or bottom - top < 2:
        return
    shrunk = plate.draw(number, colour)
    scale = across * 2 / plate.WIDTH
    if scale < 1:  # twice as large as it is seen, so that no stroke is lost
        smaller = cv2.resize(shrunk, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        shrunk = np.asarray(smaller, dtype=np.uint8)
    h, w = shrunk.shape[:2]
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    target = (pixels - (left, top)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    size = (right - left, bottom - top)
    # Plates are lit by a lamp of their own and throw light back: at night they are well seen.
    strength = np.maximum(light.strength, 0.7)
    warped = cv2.warpPerspective((shrunk * strength).astype(np.uint8), matrix, size)
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(mask, fixed(pixels - (left, top)), 255, cv2.LINE_8, SUBPIXEL_BITS)
    cv2.copyTo(warped, mask, picture[top:bottom, left:right])
