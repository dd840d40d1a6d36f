"""A tile for a caller: which revision it is of, and its content, made or kept."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from center.database import sql
from center.errors import Forbidden, NotFound
from center.identity.caller import Caller
from center.settings import settings
from gis.layers.registry import BASE, COMPONENTS, DEVICES, layers_of
from gis.layers.service import revisions
from gis.tiles import shapes
from gis.tiles.cache import TileCache
from gis.tiles.grid import DEPTH, EXTENT, Tile
from gis.tiles.settings import TileSettings

Make = Callable[[Session, Caller, Tile], bytes]
Stamp = Callable[[Session, Caller], tuple[object, ...]]


class NoSuchSet(NotFound):
    """There is no such set of tiles."""


@dataclass(frozen=True)
class TileSet:
    """How its tiles are stamped (what they depend on beside the address) and made."""

    stamp: Stamp
    make: Make


@dataclass(frozen=True)
class Stamped:
    """A tile that can be had: its entity tag, and a way to its content."""

    etag: str
    content: Callable[[], bytes]


def find(session: Session, caller: Caller, tile_set: str, tile: Tile) -> Stamped:
    """The tile as this caller may see it; its content is not made before it is asked for.

    Raises:
        NoSuchSet
        Forbidden: of no layer in it the caller holds the permission.
    """
    found = SETS.get(tile_set)
    if found is None:
        raise NoSuchSet()
    if not any(caller.may(layer.permission) for layer in layers_of(tile_set)):
        raise Forbidden()
    stamp = (tile_set, *found.stamp(session, caller))
    return Stamped(
        etag=_etag(stamp),
        content=lambda: kept().get((stamp, tile), lambda: found.make(session, caller, tile)),
    )


@cache
def kept() -> TileCache:
    """The tiles of this process."""
    return TileCache(settings(TileSettings).tile_cache_bytes)


def _etag(stamp: tuple[object, ...]) -> str:
    """Weak, since the database may write the same features in another order."""
    return f'W/"{hashlib.sha256(repr(stamp).encode()).hexdigest()[:20]}"'


def _points(layer: str) -> TileSet:
    def stamp(session: Session, caller: Caller) -> tuple[object, ...]:
        return (revisions(session)[layer], *sorted(set(caller.divisions)))

    def make(session: Session, caller: Caller, tile: Tile) -> bytes:
        side = 1 << (DEPTH - tile.z)
        values = {
            "layer": layer,
            "level": tile.block_level,
            "first": tile.first_cell,
            "last": tile.last_cell,
            "shift": tile.cell_shift,
            "west": tile.x * side,
            "north": tile.y * side,
            "scale": EXTENT / side,
            "patterns": caller.patterns,
        }
        return _tile(session, "points", values)

    return TileSet(stamp, make)


def _base_stamp(session: Session, _: Caller) -> tuple[object, ...]:
    return (revisions(session)["unit_grids"], *(one.built for one in shapes.current(session)))


def _base(session: Session, _: Caller, tile: Tile) -> bytes:
    """In full detail, unless that is too large: then as simple as it must be."""
    most = settings(TileSettings).tile_most_bytes
    values = {
        "z": tile.z,
        "x": tile.x,
        "y": tile.y,
        "layers": [layer.key for layer in layers_of(BASE)],
    }
    for detail in range(tile.z, -1, -1):
        made = _tile(session, "base", values | {"detail": detail})
        if len(made) <= most:
            break
    return made


def _tile(session: Session, name: str, values: Mapping[str, Any]) -> bytes:
    found = session.connection().exec_driver_sql(sql("gis.tiles", name), dict(values))
    return bytes(found.scalar_one() or b"")


SETS = {
    BASE: TileSet(_base_stamp, _base),
    COMPONENTS: _points(COMPONENTS),
    DEVICES: _points(DEVICES),
}
