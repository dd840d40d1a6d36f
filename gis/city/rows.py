"""A generated city as the rows of its tables."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import shapely

from gis.city.cells import degrees
from gis.city.districts import CITY, CITY_NAMES, DISTRICTS
from gis.city.generated import City
from gis.components.placing import placings
from gis.dictionary.service import component_names
from gis.loading import hexes
from gis.names import english, romanised

Row = tuple[Any, ...]
GENERATED = "generated"

DIVISION_COLUMNS = (
    "code", "level", "parent", "name_zh", "name_en", "pinyin", "initials", "geom", "label",
    "source",
)  # fmt: skip
GRID_COLUMNS = ("code", "community", "geom", "area_m2")
ROAD_COLUMNS = ("id", "name_zh", "name_en", "class", "division_code", "geom", "source")
COMPONENT_COLUMNS = (
    "code", "class_code", "name_zh", "division_code", "grid_code",
    "authority_code", "authority", "owner_code", "owner", "maintainer_code", "maintainer",
    "state", "place", "place_description", "started_on", "changed_on", "source",
)  # fmt: skip
PLACE_COLUMNS = (
    "id", "kind", "name_zh", "name_en", "address", "division_code", "place", "source",
)  # fmt: skip


def outlines(shapes: Mapping[str, shapely.MultiPolygon], source: str) -> Iterator[Row]:
    """The city and its districts."""
    names = {CITY: CITY_NAMES} | {d.code: (d.name_zh, d.name_en) for d in DISTRICTS}
    for code, shape in shapes.items():
        level, parent = (1, None) if code == CITY else (2, CITY)
        yield _division(code, level, parent, *names[code], shape, source)


def divisions(city: City) -> Iterator[Row]:
    """Streets, then communities: each is the union of its unit grids."""
    layout = city.ground.layout
    for level, digits in ((3, 9), (4, 12)):
        for code, shape in unions(city, digits).items():
            name = layout.names[code]
            parent = code[: digits - 3]
            yield _division(code, level, parent, name, english(name), shape, GENERATED)


def unions(city: City, digits: int) -> dict[str, shapely.MultiPolygon]:
    """Area by the first digits of the communities' codes: 12 community, 9 street, 6 district."""
    layout, shapes = city.ground.layout, city.ground.cells.shapes
    heads = layout.communities.astype(f"<U{digits}")
    order = np.argsort(heads, kind="stable")
    codes, firsts = np.unique(heads[order], return_index=True)
    groups = np.split(order, firsts[1:])
    made = {}
    for code, members in zip(codes, groups, strict=True):
        area = shapely.coverage_union_all(shapes[members])
        made[str(code)] = shapely.MultiPolygon(list(shapely.get_parts(area)))
    return made


def grids(city: City) -> Iterator[Row]:
    """Unit grids in the order of their codes."""
    cells, layout = city.ground.cells, city.ground.layout
    texts = hexes(cells.shapes)
    for index in np.argsort(layout.grids):
        yield (
            str(layout.grids[index]),
            str(layout.communities[index]),
            texts[index],
            round(float(cells.area[index]), 1),
        )


def roads(city: City) -> Iterator[Row]:
    """Roads, numbered from 1."""
    for number, road in enumerate(city.ground.roads, 1):
        [shape] = hexes(np.array([shapely.LineString(degrees(road.points))]))
        yield number, road.name, english(road.name), road.kind, road.district, shape, GENERATED


def components(city: City) -> Iterator[Row]:
    """Components in the order of class and unit grid."""
    made, layout = city.components, city.ground.layout
    places = hexes(shapely.points(made.points))
    names, classes = component_names(), placings()
    started, changed = made.started.astype(str), made.changed.astype(str)
    for index, code in enumerate(made.codes):
        row, cell = classes[made.placing[index]], made.grid[index]
        yield (
            str(code), row.code, names[row.code],
            str(layout.communities[cell]), str(layout.grids[cell]),
            *row.authority, *row.owner, *row.maintainer,
            str(made.states[index]), places[index], made.words[index],
            str(started[index]), str(changed[index]), GENERATED,
        )  # fmt: skip


def _division(
    code: str,
    level: int,
    parent: str | None,
    name_zh: str,
    name_en: str,
    shape: shapely.MultiPolygon,
    source: str,
) -> Row:
    outline, label = hexes(np.array([shape, shapely.point_on_surface(shape)]))
    return code, level, parent, name_zh, name_en, *romanised(name_zh), outline, label, source
