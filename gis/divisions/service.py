"""The city's divisions: list, one with its outline, and where a place lies."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.database import sql
from center.errors import NotFound
from center.pages import Page, PageParameters, paginate
from gis.divisions.models import CODE_DIGITS, COMMUNITY, DISTRICT, STREET, Division
from gis.divisions.schemas import DivisionDetail, DivisionRead, GridName, Located
from gis.schemas import MultiPolygonRead, Named, point

_COLUMNS = (
    Division.code,
    Division.level,
    Division.parent,
    Division.name_zh,
    Division.name_en,
    Division.pinyin,
    Division.initials,
    Division.source,
    sa.func.ST_X(Division.label).label("lon"),
    sa.func.ST_Y(Division.label).label("lat"),
    sa.func.ST_XMin(Division.geom).label("west"),
    sa.func.ST_YMin(Division.geom).label("south"),
    sa.func.ST_XMax(Division.geom).label("east"),
    sa.func.ST_YMax(Division.geom).label("north"),
)
_NAMES = [column.key for column in _COLUMNS]
_DIGITS = 7  # of degrees in answers: a centimetre


class Finest(NamedTuple):
    """Code of the smallest division at a place and of the unit grid there; None: there is none."""

    division: str | None
    grid: str | None


def _fields(values: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip(_NAMES, values, strict=True))
    row["label"] = point(row.pop("lon"), row.pop("lat"))
    row["bbox"] = tuple(row.pop(side) for side in ("west", "south", "east", "north"))
    return row


def list_divisions(
    session: Session, page: PageParameters, level: int | None, parent: str | None
) -> Page[DivisionRead]:
    """Divisions by code, without outlines; of one level, or below one division."""
    chosen = sa.select(*_COLUMNS)
    if level is not None:
        chosen = chosen.where(Division.level == level)
    if parent is not None:
        chosen = chosen.where(Division.parent == parent)
    return paginate(
        session, chosen, [Division.code], page, lambda *row: DivisionRead(**_fields(row))
    )


def get_division(session: Session, code: str) -> DivisionDetail:
    """One division with its outline.

    Raises:
        NotFound
    """
    outline = sa.func.ST_AsGeoJSON(Division.geom, _DIGITS)
    built_up = sa.func.ST_AsGeoJSON(Division.built_up, _DIGITS)
    found = session.execute(
        sa.select(*_COLUMNS, outline, built_up).where(Division.code == code)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return DivisionDetail(
        **_fields(found[:-2]),
        geometry=MultiPolygonRead(**json.loads(found[-2])),
        built_up=MultiPolygonRead(**json.loads(found[-1])) if found[-1] else None,
    )


def finest_of(session: Session, lons: Sequence[float], lats: Sequence[float]) -> list[Finest]:
    """The smallest division and the unit grid of each place (WGS-84), in their order."""
    rows = session.execute(
        sa.text(sql("gis.divisions", "locate")), {"lons": list(lons), "lats": list(lats)}
    )
    return [Finest(division, grid or None) for _, grid, division in rows]


def locate(session: Session, lon: float, lat: float) -> Located:
    """In which divisions a place (WGS-84) lies; all null outside the city."""
    [found] = finest_of(session, [lon], [lat])
    codes = [
        (found.division or "")[: CODE_DIGITS[level]] for level in (DISTRICT, STREET, COMMUNITY)
    ]
    rows = session.execute(
        sa.select(Division.code, Division.name_zh, Division.name_en).where(
            Division.code.in_([code for code in codes if code])
        )
    )
    named = {
        row.code: Named(code=row.code, name_zh=row.name_zh, name_en=row.name_en) for row in rows
    }
    levels = [
        named.get(code) if len(code) == CODE_DIGITS[level] else None
        for code, level in zip(codes, (DISTRICT, STREET, COMMUNITY), strict=True)
    ]
    return Located(
        district=levels[0], street=levels[1], community=levels[2], grid=_grid(found.grid)
    )


def _grid(code: str | None) -> GridName | None:
    if code is None:
        return None
    return GridName(code=code, name_zh=f"单元网格{code}", name_en=f"Unit grid {code}")
