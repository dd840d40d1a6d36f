"""Grouping unit grids into communities and streets, and the codes of all three."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from center.errors import HengyangError
from gis.city import lattice
from gis.city.cells import Cells
from gis.city.districts import STREETS

_BLOCK = lattice.SIDE * lattice.COMMUNITY_SIDES
_SMALLEST_M2 = 0.3 * _BLOCK**2  # a smaller community joins a neighbour
_COMMUNITIES_OF_A_STREET = 4  # at least, where a district is built up little

Indices = NDArray[np.int_]


class TooManyGrids(HengyangError):
    """A community has more unit grids than its codes can number: set 15 digits."""


class Layout(NamedTuple):
    """Codes of each unit grid and of its community; names of streets and communities by code."""

    grids: NDArray[np.str_]
    communities: NDArray[np.str_]
    names: dict[str, str]


class _Block(NamedTuple):
    """A community to be: its unit grids and its middle in lattice metres."""

    cells: Indices
    u: float
    v: float


def lay_out(cells: Cells, digits: int, stems: Iterator[str]) -> Layout:
    """Streets, communities and grids of a settlement; unit grids have codes of so many digits.

    Communities take their names from `stems`.

    Raises:
        TooManyGrids
    """
    grids = np.empty(len(cells.area), dtype=f"<U{digits}")
    communities = np.empty(len(cells.area), dtype="<U12")
    names: dict[str, str] = {}
    for district in np.unique(cells.district):
        blocks = _blocks(cells, np.flatnonzero(cells.district == district))
        for street, own in _streets(str(district), blocks):
            names[street.code] = street.name
            for number, block in enumerate(sorted(own, key=_reading_order), 1):
                code = f"{street.code}{number:03d}"
                names[code] = f"{next(stems)}社区"
                communities[block.cells] = code
                _number(cells, block.cells, code, grids, digits)
    return Layout(grids, communities, names)


class _Street(NamedTuple):
    code: str
    name: str


def _streets(district: str, blocks: list[_Block]) -> Iterator[tuple[_Street, list[_Block]]]:
    """The streets of a district by the published list, each with its communities."""
    listed = STREETS[district]
    count = min(len(listed), max(1, len(blocks) // _COMMUNITIES_OF_A_STREET))
    shares = sorted(_split(blocks, count), key=lambda own: _reading_order(_middle(own)))
    for number, (name, own) in enumerate(zip(listed, shares, strict=False), 1):
        yield _Street(f"{district}{number:03d}", name), own


def _split(blocks: list[_Block], count: int) -> list[list[_Block]]:
    """So many compact shares of about the same size: halved across the longer side, and again."""
    if count == 1:
        return [blocks]
    wide = np.ptp([block.u for block in blocks]) >= np.ptp([block.v for block in blocks])
    ordered = sorted(blocks, key=lambda b: (b.u, b.v) if wide else (b.v, b.u))
    few = count // 2
    middle = round(len(ordered) * few / count)
    return [*_split(ordered[:middle], few), *_split(ordered[middle:], count - few)]


def _middle(own: Sequence[_Block]) -> _Block:
    u = float(np.mean([block.u for block in own]))
    v = float(np.mean([block.v for block in own]))
    return _Block(np.array([], dtype=int), u, v)


def _reading_order(block: _Block) -> tuple[int, float]:
    """From top to bottom by rows of communities, in a row from left to right."""
    return -int(block.v // _BLOCK), block.u


def _blocks(cells: Cells, own: Indices) -> list[_Block]:
    """The communities of a district: squares of the lattice, the small ones joined to others."""
    column = np.floor(cells.u[own] / _BLOCK).astype(int)
    row = np.floor(cells.v[own] / _BLOCK).astype(int)
    squares: dict[tuple[int, int], list[int]] = {}
    for index, square in zip(own, zip(column, row, strict=True), strict=True):
        squares.setdefault((int(square[0]), int(square[1])), []).append(int(index))
    area = {square: float(cells.area[members].sum()) for square, members in squares.items()}
    for square in sorted(squares, key=lambda key: (area[key], key)):
        if area[square] < _SMALLEST_M2 and (host := _host(square, squares, area)):
            squares[host] += squares.pop(square)
            area[host] += area.pop(square)
    return [
        _Block(np.array(members), float(cells.u[members].mean()), float(cells.v[members].mean()))
        for members in squares.values()
    ]


def _host(
    square: tuple[int, int],
    squares: dict[tuple[int, int], list[int]],
    area: dict[tuple[int, int], float],
) -> tuple[int, int] | None:
    """The smallest neighbour, so that none grows out of its numbers; else the nearest square."""
    column, row = square
    beside = [(column + 1, row), (column - 1, row), (column, row + 1), (column, row - 1)]
    near = [other for other in beside if other in squares]
    if near:
        return min(near, key=lambda other: (area[other], other))
    others = [other for other in squares if other != square]
    return min(others, key=lambda o: ((o[0] - column) ** 2 + (o[1] - row) ** 2, o), default=None)


def _number(
    cells: Cells, members: Indices, community: str, grids: NDArray[np.str_], digits: int
) -> None:
    """Numbers the grids of a community from left to right, from top to bottom."""
    room = digits - len(community)
    if len(members) >= 10**room:
        raise TooManyGrids(f"Community {community} has {len(members)} unit grids: set 15 digits.")
    rows = -np.floor(cells.v[members] / lattice.SIDE)
    for number, index in enumerate(members[np.lexsort((cells.u[members], rows))], 1):
        grids[index] = f"{community}{number:0{room}d}"
