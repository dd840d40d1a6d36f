"""The generated roads: every third line of the lattice, where the city is built up."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.city import lattice
from gis.city.cells import Cells, degrees, limits_of
from gis.city.districts import Settlement

EXPRESSWAY, MAIN, SECONDARY, BRANCH = "expressway", "main", "secondary", "branch"

_MAIN_EVERY, _SECONDARY_EVERY = 12, 6  # lines of the lattice
_RING = 48  # this line on each side of the centre is the ring expressway
_SHORTEST = 3  # squares; what is shorter is a yard
_REACH_DEGREES = 1e-5  # a metre: roads on the edge of the built-up area belong to it

# (is it a column, on which side) to the name of that part of the ring.
_RING_NAMES = {
    (True, 1): "东环快速路",
    (True, -1): "西环快速路",
    (False, 1): "北环快速路",
    (False, -1): "南环快速路",
}
_ENDINGS = {MAIN: ("大道", "大道"), SECONDARY: ("路", "路"), BRANCH: ("街", "巷")}


class Road(NamedTuple):
    """A road of one district. `upright`: it runs north; `line` is its line of the lattice."""

    name: str
    kind: str
    district: str
    upright: bool
    line: int
    points: NDArray[np.float64]  # in the plane, a side of the lattice apart


def build(settlement: Settlement, cells: Cells, stems: Iterator[str]) -> list[Road]:
    """The roads of a settlement; their names come from `stems`."""
    first, last, low, high = lattice.span(limits_of(settlement))
    tree = shapely.STRtree(cells.shapes)
    roads: list[Road] = []
    for upright, lines, (start, end) in (
        (True, (first, last), (low, high)),
        (False, (low, high), (first, last)),
    ):
        for line in range(lines[0], lines[1] + 1):
            if line % lattice.STREET_EVERY == 0:
                parts = list(_parts(tree, cells, upright, line, start, end))
                if parts:
                    kind = _kind(line)
                    name = _name(kind, upright, line, stems)
                    roads += [Road(name, kind, d, upright, line, points) for d, points in parts]
    return roads


def _kind(line: int) -> str:
    if abs(line) == _RING:
        return EXPRESSWAY
    if line % _MAIN_EVERY == 0:
        return MAIN
    return SECONDARY if line % _SECONDARY_EVERY == 0 else BRANCH


def _name(kind: str, upright: bool, line: int, stems: Iterator[str]) -> str:
    if kind == EXPRESSWAY:
        return _RING_NAMES[upright, 1 if line > 0 else -1]
    level, standing = _ENDINGS[kind]
    return f"{next(stems)}{standing if upright else level}"


def _parts(
    tree: shapely.STRtree, cells: Cells, upright: bool, line: int, start: int, end: int
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """The stretches of a line that are built up, each in one district."""
    along = np.arange(start, end + 1) * lattice.SIDE
    across = np.full(along.shape, line * lattice.SIDE)
    east, north = lattice.plane_of(*((across, along) if upright else (along, across)))
    points = np.column_stack([east, north])
    middles = shapely.points(degrees((points[1:] + points[:-1]) / 2))
    which, cell = tree.query(middles, predicate="dwithin", distance=_REACH_DEGREES)
    district = np.full(len(middles), "", dtype="<U6")
    # A middle between two cells may see two districts: the last in the order of codes wins.
    order = np.argsort(cells.district[cell], kind="stable")
    district[which[order]] = cells.district[cell[order]]
    for code, run in groupby(range(len(middles)), key=lambda index: str(district[index])):
        stretch = list(run)
        if code and len(stretch) >= _SHORTEST:
            yield code, points[stretch[0] : stretch[-1] + 2]
