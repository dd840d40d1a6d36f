"""Which tables are offered as collections, and which of their columns everybody may know."""

from dataclasses import dataclass

import sqlalchemy as sa

from center.errors import NotFound
from gis.layers.registry import LAYERS


class NoSuchCollection(NotFound):
    """There is no such collection, or it is not public."""


@dataclass(frozen=True)
class Collection:
    """A public layer as features. `id` and `properties` are columns of `table`.

    `scope`: the column by which features are kept inside the caller's divisions; none for the base
    map, which everybody sees whole.
    """

    key: str
    title: str
    description: str
    table: sa.TableClause
    id: str
    geometry: str
    properties: tuple[str, ...]
    level: int | None = None
    scope: str | None = None


_NAMES = {layer.key: (layer.name_en, layer.name_zh) for layer in LAYERS if layer.public}


def _collection(
    key: str, description: str, table: str, properties: str, *, id: str = "code",  # noqa: A002
    geometry: str = "geom", level: int | None = None, scope: str | None = None,
) -> Collection:  # fmt: skip
    columns = tuple(properties.split())
    named = dict.fromkeys((id, geometry, *columns, *(("level",) if level else ())))
    return Collection(
        key=key,
        title=" ".join(_NAMES[key]),
        description=description,
        table=sa.table(table, *(sa.column(name) for name in named)),
        id=id,
        geometry=geometry,
        properties=columns,
        level=level,
        scope=scope,
    )


_DIVISION = "code name_zh name_en parent level source"
COLLECTIONS = {
    found.key: found
    for found in (
        _collection("districts", "Districts of the city.", "divisions", _DIVISION, level=2),
        _collection("streets", "Subdistricts and towns.", "divisions", _DIVISION, level=3),
        _collection("communities", "Communities.", "divisions", _DIVISION, level=4),
        _collection("grids", "Unit grids of city management, about 10,000 m2 each.", "unit_grids",
                    "code community area_m2"),
        _collection("roads", "Roads with their class.", "roads",
                    "name_zh name_en class division_code source", id="id"),
        _collection("components", "What stands in the streets, inside your divisions.",
                    "components", "code class_code name_zh division_code grid_code state",
                    geometry="place", scope="division_code"),
    )
}  # fmt: skip


def find(key: str) -> Collection:
    """The collection of this name.

    Raises:
        NoSuchCollection
    """
    if key not in COLLECTIONS:
        raise NoSuchCollection()
    return COLLECTIONS[key]
