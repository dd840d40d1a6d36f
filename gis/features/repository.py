"""Features as the database writes them: GeoJSON text, a row each."""

from typing import Any

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.orm import Session

from center.errors import NotFound
from center.identity.caller import Caller
from gis.features.collections import Collection
from gis.features.parameters import Asked, Box

DIGITS = 7  # of degrees: a centimetre

_EXTENT = sa.text(
    "SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b)"
    " FROM (SELECT ST_Extent(geom) AS b FROM divisions WHERE level = 1) city"
)


def page(session: Session, caller: Caller, of: Collection, asked: Asked) -> list[str]:
    """The features asked for in the order of their ids, and one more where there are more."""
    statement = _features(caller, of).order_by(of.table.c[of.id])
    if asked.bbox is not None:
        statement = statement.where(_touches(of, asked.bbox))
    statement = statement.limit(asked.limit + 1).offset(asked.offset)
    return list(session.scalars(statement))


def one(session: Session, caller: Caller, of: Collection, feature: str) -> str:
    """The feature of this id.

    Raises:
        NotFound
    """
    same = sa.cast(of.table.c[of.id], sa.Text) == feature
    if of.id == "id":  # a number: an id that is none is nobody's
        if not (feature.isascii() and feature.isdigit() and len(feature) < 19):
            raise NotFound()
        same = of.table.c[of.id] == int(feature)
    found: str | None = session.scalar(_features(caller, of).where(same))
    if found is None:
        raise NotFound()
    return found


def extent(session: Session) -> Box | None:
    """The box around the city; none before it has an outline."""
    west, south, east, north = session.execute(_EXTENT).one()
    return None if west is None else (west, south, east, north)


def _features(caller: Caller, of: Collection) -> sa.Select[Any]:
    columns = of.table.c
    properties = [part for name in of.properties for part in (_key(name), columns[name])]
    feature = sa.func.json_build_object(
        _key("type"), _key("Feature"),
        _key("id"), columns[of.id],
        _key("geometry"), sa.cast(sa.func.ST_AsGeoJSON(columns[of.geometry], DIGITS), sa.JSON),
        _key("properties"), sa.func.json_build_object(*properties),
    )  # fmt: skip
    statement = sa.select(sa.cast(feature, sa.Text)).select_from(of.table)
    if of.level is not None:
        statement = statement.where(columns.level == of.level)
    if of.scope is not None:
        statement = statement.where(caller.scope(columns[of.scope]))
    return statement


def _touches(of: Collection, box: Box) -> sa.ColumnElement[bool]:
    envelope = sa.func.ST_MakeEnvelope(*box, 4326, type_=Geometry)
    touching: sa.ColumnElement[bool] = sa.func.ST_Intersects(of.table.c[of.geometry], envelope)
    return touching


def _key(name: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{name}'")
