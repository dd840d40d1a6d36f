"""Putting an extract on the map in place of the generated roads, and of an extract before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.errors import Conflict
from center.identity.caller import Caller
from gis.city import rows, state
from gis.divisions.service import finest_of
from gis.loading import at_leisure, copy, hexes
from gis.names import english
from gis.osm.reading import Extract, Feature, read
from gis.seed import renew_index

SOURCE = "osm"
_AREA_COLUMNS = ("id", "name_zh", "name_en", "class", "geom", "source")


class NothingOfTheCity(Conflict):
    """The extract has no road within the city: the map stays as it is."""


@dataclass(frozen=True)
class Report:
    """What an import has put on the map, and what not."""

    roads: int
    waters: int
    places: int
    outside: int
    repaired: Sequence[str]
    left_out: Sequence[str]


def import_file(session: Session, caller: Caller, file: Path) -> Report:
    """Roads, waters and places of an extract that lie within the city; the generated roads go.

    Raises:
        FileUnreadable
        NothingOfTheCity: it is the extract of another place, or has no roads.
    """
    extract = read(file)
    roads, outside_roads = _within(session, extract.roads)
    if not roads:
        raise NothingOfTheCity()
    waters, outside_waters = _within(session, extract.waters)
    places, outside_places = _within(session, extract.places)
    at_leisure(session)
    session.execute(sa.text("DELETE FROM roads WHERE source IN ('generated', 'osm')"))
    for table in ("waters", "places"):
        session.execute(sa.text(f"DELETE FROM {table} WHERE source = 'osm'"))  # noqa: S608
    report = Report(
        copy(session, "roads", rows.ROAD_COLUMNS, _road_rows(roads)),
        copy(session, "waters", _AREA_COLUMNS, _water_rows(waters)),
        copy(session, "places", rows.PLACE_COLUMNS, _place_rows(places)),
        outside_roads + outside_waters + outside_places,
        extract.repaired,
        extract.left_out,
    )
    state.note(session, SOURCE, file.name, roads=report.roads, waters=report.waters)
    _audit(session, caller, file, extract, report)
    renew_index(session)
    return report


def _audit(session: Session, caller: Caller, file: Path, extract: Extract, report: Report) -> None:
    audit(
        session,
        caller,
        "map.import",
        "map",
        file.name,
        roads=report.roads,
        waters=report.waters,
        places=report.places,
        outside=report.outside,
        repaired=len(extract.repaired),
        left_out=len(extract.left_out),
    )


Found = list[tuple[Feature, str]]


def _within(session: Session, features: list[Feature]) -> tuple[Found, int]:
    """Those with a middle in one of the districts, with its code; and how many have not."""
    if not features:
        return [], 0
    middles = shapely.get_coordinates(
        shapely.point_on_surface(np.array([feature.shape for feature in features], dtype=object))
    )
    places = finest_of(session, middles[:, 0].tolist(), middles[:, 1].tolist())
    inside = [(f, p.division) for f, p in zip(features, places, strict=True) if p.division]
    return inside, len(features) - len(inside)


def _names(feature: Feature) -> tuple[str, str]:
    name = feature.name_zh
    return name, feature.name_en or (english(name) if name else "")


def _road_rows(found: Found) -> Iterable[tuple[Any, ...]]:
    shapes = hexes(np.array([feature.shape for feature, _ in found], dtype=object))
    for (feature, division), shape in zip(found, shapes, strict=True):
        yield feature.number, *_names(feature), feature.kind, division[:6], shape, SOURCE


def _water_rows(found: Found) -> Iterable[tuple[Any, ...]]:
    shapes = hexes(np.array([feature.shape for feature, _ in found], dtype=object))
    for (feature, _), shape in zip(found, shapes, strict=True):
        yield feature.number, *_names(feature), feature.kind, shape, SOURCE


def _place_rows(found: Found) -> Iterable[tuple[Any, ...]]:
    shapes = hexes(np.array([feature.shape for feature, _ in found], dtype=object))
    for (feature, division), shape in zip(found, shapes, strict=True):
        yield feature.number, feature.kind, *_names(feature), "", division, shape, SOURCE
