"""Tile arithmetic: tiles, the pixel grid on which points cluster, and their Morton codes."""

from dataclasses import dataclass

from center.errors import NotFound
from gis.layers.registry import MAX_ZOOM

DEPTH = 30  # bits of a coordinate of `map_points`; its cell is a tile of this zoom
EXTENT = 4096  # units of a tile's side
# A tile has 16 x 16 cells, of 32 pixels on a map of 512-pixel tiles: a cell of zoom z is a tile of
# zoom z + 4. So a cell lies in one tile, and a tile holds at most 256 features.
CELL_LEVELS = 4
# Zooms up to which tiles are made of counted blocks; beyond the last, of points.
BLOCK_LEVELS = (10, 12, 13)


class NoSuchTile(NotFound):
    """There is no such tile: x and y are at least 0 and below 2 to the power of z."""


@dataclass(frozen=True)
class Tile:
    """A square of Web Mercator, counted from the north-west."""

    z: int
    x: int
    y: int

    @classmethod
    def of(cls, z: int, x: int, y: int) -> "Tile":
        """The tile of an address.

        Raises:
            NoSuchTile: it lies off the map.
        """
        if not (0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
            raise NoSuchTile()
        return cls(z, x, y)

    @property
    def first_cell(self) -> int:
        """Morton code of its north-west corner; all its points lie from here."""
        return morton(self.x, self.y) << 2 * (DEPTH - self.z)

    @property
    def last_cell(self) -> int:
        """The code that its points lie below."""
        return (morton(self.x, self.y) + 1) << 2 * (DEPTH - self.z)

    @property
    def cell_shift(self) -> int:
        """By how many bits a point's code is shifted to become that of its cluster's cell."""
        return 2 * (DEPTH - self.z - CELL_LEVELS)

    @property
    def block_level(self) -> int:
        """Level of the blocks that its clusters are made of; 0: of the points themselves."""
        return next((level for level in BLOCK_LEVELS if self.z <= level), 0)


def morton(x: int, y: int) -> int:
    """The bits of both, in turn; those of x below those of y."""
    return _spread(x) | _spread(y) << 1


def _spread(number: int) -> int:
    spread, place = 0, 0
    while number:
        spread |= (number & 1) << 2 * place
        number >>= 1
        place += 1
    return spread
