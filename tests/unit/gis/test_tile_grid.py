"""Tile arithmetic: what lies off the map, and that cells nest in tiles whatever the zoom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.layers.registry import MAX_ZOOM
from gis.tiles.grid import BLOCK_LEVELS, CELL_LEVELS, DEPTH, NoSuchTile, Tile, morton

COORDINATE = st.integers(0, (1 << DEPTH) - 1)
ZOOM = st.integers(0, MAX_ZOOM)


@pytest.mark.parametrize(
    "address",
    [
        (-1, 0, 0),
        (MAX_ZOOM + 1, 0, 0),
        (3, 8, 0),
        (3, 0, 8),
        (3, -1, 0),
        (0, 10**40, 0),
        (2, 1, -5),
    ],
)
def test_a_tile_off_the_map_is_refused(address: tuple[int, int, int]) -> None:
    with pytest.raises(NoSuchTile):
        Tile.of(*address)


@given(COORDINATE, COORDINATE, ZOOM)
def test_a_point_lies_in_the_range_of_its_tile_and_of_no_other(x: int, y: int, z: int) -> None:
    code, shift = morton(x, y), DEPTH - z
    mine = Tile.of(z, x >> shift, y >> shift)
    assert mine.first_cell <= code < mine.last_cell
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        try:
            other = Tile.of(z, mine.x + dx, mine.y + dy)
        except NoSuchTile:
            continue
        assert not other.first_cell <= code < other.last_cell


@given(COORDINATE, COORDINATE, ZOOM)
def test_a_cell_lies_whole_in_one_tile(x: int, y: int, z: int) -> None:
    tile = Tile.of(z, x >> (DEPTH - z), y >> (DEPTH - z))
    cell = morton(x, y) >> tile.cell_shift
    first, last = cell << tile.cell_shift, (cell + 1) << tile.cell_shift
    assert tile.first_cell <= first < last <= tile.last_cell


def test_a_tile_has_at_most_256_cells() -> None:
    tile = Tile.of(9, 416, 217)
    assert (tile.last_cell - tile.first_cell) >> tile.cell_shift == 256


def test_blocks_are_fine_enough_for_every_zoom_they_serve() -> None:
    for z in range(MAX_ZOOM + 1):
        level = Tile.of(z, 0, 0).block_level
        assert level == 0 or (level in BLOCK_LEVELS and z + CELL_LEVELS <= level + CELL_LEVELS)
    assert Tile.of(13, 0, 0).block_level
    assert not Tile.of(14, 0, 0).block_level
