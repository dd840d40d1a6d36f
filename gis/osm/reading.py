"""Reading an extract: roads, waters and places with shapes that are valid, and what was not."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import osmium
import shapely

from center.errors import Invalid
from gis.city.outlines import polygons_of
from gis.osm.tags import PLACES, ROADS, WATERS, kind_of, names_of


class FileUnreadable(Invalid):
    """The file is not an OpenStreetMap extract (.osm, .osm.bz2, .osm.pbf)."""


class Feature(NamedTuple):
    """One thing of the extract; its shape is in WGS-84."""

    number: int
    kind: str
    name_zh: str
    name_en: str
    shape: shapely.Geometry


@dataclass
class Extract:
    """What an extract holds for us, and what of it was mended or left out, in words."""

    roads: list[Feature] = field(default_factory=list)
    waters: list[Feature] = field(default_factory=list)
    places: list[Feature] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read(file: Path) -> Extract:
    """All of a file that belongs on our map. A damaged part is told of and costs only itself.

    Raises:
        FileUnreadable
    """
    made = Extract()
    try:
        _take(made, osmium.FileProcessor(str(file)).with_areas())
    except (RuntimeError, OSError) as error:
        raise FileUnreadable(f"{file.name} cannot be read: {error}") from error
    return made


def _take(made: Extract, things: Iterable[Any]) -> None:
    closing: set[int] = set()  # relations whose area has not come yet
    for thing in things:
        tags = dict(thing.tags)
        if thing.is_node():
            _take_node(made, thing, tags)
        elif thing.is_way():
            _take_way(made, thing, tags)
        elif (kind := kind_of(tags, WATERS)) is None:
            continue
        elif thing.is_relation():
            closing.add(thing.id)
        elif not thing.from_way():  # areas of ways are made, and mended, from the ways
            closing.discard(thing.orig_id())
            number, named = thing.orig_id(), (kind, *names_of(tags))
            _take_water(made, f"relation {number}", 2 * number + 1, named, _area(thing))
    for number in sorted(closing):
        made.left_out.append(f"relation {number}: its rings do not close")


def _take_node(made: Extract, node: Any, tags: dict[str, str]) -> None:
    kind = kind_of(tags, PLACES)
    name, english = names_of(tags)
    if kind and name and node.location.valid():
        shape = shapely.Point(node.location.lon, node.location.lat)
        made.places.append(Feature(node.id, kind, name, english, shape))


def _take_way(made: Extract, way: Any, tags: dict[str, str]) -> None:
    points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    road, water = ROADS.get(tags.get("highway", "")), kind_of(tags, WATERS)
    if road:
        line = shapely.LineString(points) if len(set(points)) > 1 else None
        if line is None:
            made.left_out.append(f"way {way.id}: a road of less than two places")
        else:
            made.roads.append(Feature(way.id, road, *names_of(tags), line))
    elif water:
        closed = len(points) > 3 and points[0] == points[-1]
        shape = shapely.Polygon(points) if closed else None
        _take_water(made, f"way {way.id}", 2 * way.id, (water, *names_of(tags)), shape)


def _take_water(
    made: Extract,
    words: str,
    number: int,
    named: tuple[str, str, str],
    shape: shapely.Geometry | None,
) -> None:
    if shape is None or shape.is_empty:
        made.left_out.append(f"{words}: its rings do not close")
        return
    whole = polygons_of(shape)
    if whole.is_empty:
        made.left_out.append(f"{words}: encloses no area")
        return
    if not shape.is_valid:
        made.repaired.append(f"{words}: {shapely.is_valid_reason(shape)}")
    made.waters.append(Feature(number, *named, whole))


def _area(area: Any) -> shapely.Geometry | None:
    """The shape of a relation; None where its rings could not be put together."""
    parts = [
        shapely.Polygon(_ring(outer), [_ring(inner) for inner in area.inner_rings(outer)])
        for outer in area.outer_rings()
    ]
    return shapely.MultiPolygon(parts) if parts else None


def _ring(nodes: Any) -> list[tuple[float, float]]:
    return [(node.lon, node.lat) for node in nodes]
