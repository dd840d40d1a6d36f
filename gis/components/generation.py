"""Generated components: along the roads, at crossings and in the grids, each in its unit grid."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from gis.city import lattice
from gis.city.cells import Cells, degrees
from gis.city.communities import Layout
from gis.city.network import Road
from gis.components.placing import CROSSING, GROUND, SPOTS, Placing, placings

# So many more are drawn than wanted: what falls beside every grid is left out.
_SPARE = 1.12
_CORNER_METRES = (10.0, 14.0)  # from the middle of a crossing, along each of its roads
_GROUND_METRES = 42.0  # from the middle of a unit grid, at most
_STATES = ("intact", "damaged", "lost", "disused", "removed")
_STATE_SHARES = (0.962, 0.022, 0.006, 0.007, 0.003)
_FIRST_DAY = np.datetime64("2008-01-01")
_DAYS, _LAST_CHANGE_DAYS = 5800, 6400  # started before late 2023, changed before mid 2025
_SIDES = {(True, 1): "东侧", (True, -1): "西侧", (False, 1): "北侧", (False, -1): "南侧"}

Points = NDArray[np.float64]


class Drawn(NamedTuple):
    """Some places in the plane, and words for where each is."""

    points: Points
    words: Sequence[str]


class Generated(NamedTuple):
    """Components, one an index. `placing` are indices of `placings()`, `grid` of the cells."""

    codes: NDArray[np.str_]
    placing: NDArray[np.int_]
    grid: NDArray[np.int_]
    points: Points  # degrees
    words: NDArray[np.object_]
    states: NDArray[np.str_]
    started: NDArray[np.datetime64]
    changed: NDArray[np.datetime64]


class Ground(NamedTuple):
    """What components stand on."""

    cells: Cells
    layout: Layout
    roads: list[Road]


def generate(ground: Ground, count: int, seed: int) -> Generated:
    """So many components; the same seed gives the same ones."""
    chance = np.random.default_rng([seed, 3])
    tree = shapely.STRtree(ground.cells.shapes)
    kinds, cells, places, words = [], [], [], []
    for number, (placing, wanted) in enumerate(_shares(count)):
        drawn = _DRAW.get(placing.where, _along_roads)(ground, placing, wanted, chance)
        points = degrees(drawn.points)
        cell = _cell_of(tree, points)
        inside = np.flatnonzero(cell >= 0)
        kept = inside[np.linspace(0, len(inside) - 1, min(wanted, len(inside))).astype(int)]
        kinds.append(np.full(len(kept), number))
        cells.append(cell[kept])
        places.append(points[kept])
        words.append(np.array(drawn.words, dtype=object)[kept])
    return _numbered(
        ground,
        np.concatenate(kinds),
        np.concatenate(cells),
        np.concatenate(places),
        np.concatenate(words),
        chance,
    )


def _shares(count: int) -> list[tuple[Placing, int]]:
    """How many of each class; what rounding leaves over goes to the last."""
    rows = placings()
    whole = sum(row.per_mille for row in rows)
    ends = np.round(np.cumsum([row.per_mille for row in rows]) * count / whole).astype(int)
    return [(row, int(n)) for row, n in zip(rows, np.diff(ends, prepend=0), strict=True)]


def _along_roads(ground: Ground, placing: Placing, wanted: int, chance: Generator) -> Drawn:
    """At even distances along all roads, now on one side and now on the other."""
    number = _drawn(wanted)
    lines = np.array([shapely.LineString(road.points) for road in ground.roads], dtype=object)
    ends = np.cumsum(shapely.length(lines))
    metres = (np.arange(number) + chance.uniform(0.1, 0.9, number)) * ends[-1] / number
    road = np.minimum(np.searchsorted(ends, metres, side="right"), len(lines) - 1)
    on_road = metres - np.concatenate([[0.0], ends])[road]
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], on_road))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], on_road + 1.0))
    behind = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[road], np.maximum(on_road - 1.0, 0.0))
    )
    along = ahead - behind
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    side = chance.choice([-1, 1], number)
    spot = SPOTS[placing.where]
    off = chance.uniform(spot.least, spot.most, number) * side
    # Positive is to the east of what runs north, and to the north of what runs east.
    upright = np.array([ground.roads[index].upright for index in road])
    turn = np.where(upright, 1.0, -1.0)
    right = np.column_stack([along[:, 1], -along[:, 0]]) * turn[:, None]
    words = [
        f"{ground.roads[index].name}{_SIDES[bool(up), int(s)]}"
        for index, up, s in zip(road, upright, side, strict=True)
    ]
    return Drawn(here + right * off[:, None], words)


def _at_crossings(ground: Ground, _placing: Placing, wanted: int, chance: Generator) -> Drawn:
    """On the corners where two roads cross."""
    upright = {(r.line, r.district): r.name for r in ground.roads if r.upright}
    level = {(r.line, r.district): r.name for r in ground.roads if not r.upright}
    crossings = [
        (column, row, f"{upright[column, d]}与{level[row, d2]}路口")
        for (column, d) in upright
        for (row, d2) in level
        if d == d2
    ]
    places = np.array([crossing[:2] for crossing in crossings], dtype=np.float64) * lattice.SIDE
    everywhere = degrees(np.column_stack(lattice.plane_of(places[:, 0], places[:, 1])))
    built = np.flatnonzero(_cell_of(shapely.STRtree(ground.cells.shapes), everywhere) >= 0)
    number = _drawn(wanted)
    chosen = built[chance.integers(0, len(built), number)]
    near, far = _CORNER_METRES
    off = chance.uniform(near, far, (number, 2)) * chance.choice([-1, 1], (number, 2))
    at = places[chosen] + off
    points = np.column_stack(lattice.plane_of(at[:, 0], at[:, 1]))
    return Drawn(points, [crossings[index][2] for index in chosen])


def _on_ground(ground: Ground, _placing: Placing, wanted: int, chance: Generator) -> Drawn:
    """Anywhere within a unit grid, the large ones more often."""
    number = _drawn(wanted)
    cells = ground.cells
    chosen = chance.choice(len(cells.area), number, p=cells.area / cells.area.sum())
    reach = chance.uniform(-_GROUND_METRES, _GROUND_METRES, (number, 2))
    u, v = cells.u[chosen] + reach[:, 0], cells.v[chosen] + reach[:, 1]
    return Drawn(np.column_stack(lattice.plane_of(u, v)), ["院内"] * number)


_DRAW: dict[str, Callable[[Ground, Placing, int, Generator], Drawn]] = {
    CROSSING: _at_crossings,
    GROUND: _on_ground,
}


def _drawn(wanted: int) -> int:
    return int(wanted * _SPARE) + 8


def _cell_of(tree: shapely.STRtree, points: Points) -> NDArray[np.int_]:
    """The cell of each place, or -1."""
    which, cell = tree.query(shapely.points(points), predicate="intersects")
    found = np.full(len(points), -1)
    found[which[::-1]] = cell[::-1]  # on an edge: the first
    return found


def _numbered(
    ground: Ground,
    placing: NDArray[np.int_],
    cell: NDArray[np.int_],
    points: Points,
    words: NDArray[np.object_],
    chance: Generator,
) -> Generated:
    """Numbers within district and class by unit grid, and what else chance decides."""
    order = np.lexsort((points[:, 0], ground.layout.grids[cell], placing))
    placing, cell, points, words = placing[order], cell[order], points[order], words[order]
    classes = np.array([row.code for row in placings()])[placing]
    heads = np.char.add(ground.cells.district[cell], classes)
    # Codes of a class rise with the grid's code, so all of one head stand together.
    starts = np.flatnonzero(np.concatenate([[True], heads[1:] != heads[:-1]]))
    lengths = np.diff(np.append(starts, len(heads)))
    numbers = np.arange(len(heads)) - np.repeat(starts, lengths) + 1
    codes = np.array([f"{head}{n:06d}" for head, n in zip(heads, numbers, strict=True)])
    started = chance.integers(0, _DAYS, len(codes))
    later = np.where(chance.random(len(codes)) < 0.4, chance.random(len(codes)), 0.0)
    changed = started + (later * (_LAST_CHANGE_DAYS - started)).astype(int)
    names = ground.layout.names
    full = np.array(
        [
            f"{names[community]}{word}" if word == "院内" else f"{word}，{names[community]}"
            for word, community in zip(words, ground.layout.communities[cell], strict=True)
        ],
        dtype=object,
    )
    states = chance.choice(_STATES, len(codes), p=_STATE_SHARES)
    return Generated(
        codes, placing, cell, points, full, states, _FIRST_DAY + started, _FIRST_DAY + changed
    )
