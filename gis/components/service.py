"""Reading components: a page of those in the caller's divisions, one by its code."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.errors import Invalid, NotFound
from center.identity.caller import Caller
from center.pages import Page, PageParameters, paginate
from gis.components.models import Component
from gis.components.schemas import ComponentRead, Responsible
from gis.schemas import point

_COLUMNS = (
    *(
        column
        for column in Component.__table__.columns
        if column.name != "place"  # its two numbers follow
    ),
    sa.func.ST_X(Component.place).label("lon"),
    sa.func.ST_Y(Component.place).label("lat"),
)
_NAMES = [column.name for column in _COLUMNS]
_BODIES = ("authority", "owner", "maintainer")

Condition = Callable[[str], sa.ColumnElement[bool]]
_CONDITIONS: dict[str, Condition] = {
    "division": lambda prefix: Component.division_code.startswith(prefix, autoescape=True),
    "class_code": lambda prefix: Component.class_code.startswith(prefix, autoescape=True),
    "state": lambda state: Component.state == state,
    "grid": lambda code: Component.grid_code == code,
    "bbox": lambda text: Component.place.op("&&", return_type=sa.Boolean())(_envelope(text)),
}


@dataclass(frozen=True)
class Filters:
    """What a list of components is narrowed to; None: not narrowed.

    `division` and `class_code` are beginnings; `bbox` is "west,south,east,north" in degrees.
    """

    division: str | None = None
    class_code: str | None = None
    state: str | None = None
    grid: str | None = None
    bbox: str | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """One for each that is given.

        Raises:
            Invalid: `bbox` is not four numbers in their order.
        """
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return [_CONDITIONS[name](value) for name, value in given.items() if value is not None]


def list_components(
    session: Session, caller: Caller, page: PageParameters, filters: Filters
) -> Page[ComponentRead]:
    """Components in the caller's divisions, by code."""
    chosen = sa.select(*_COLUMNS).where(
        caller.scope(Component.division_code), *filters.conditions()
    )
    return paginate(session, chosen, [Component.code], page, _read)


def get_component(session: Session, caller: Caller, code: str) -> ComponentRead:
    """One component, if it stands in the caller's divisions.

    Raises:
        NotFound
    """
    found = session.execute(
        sa.select(*_COLUMNS).where(Component.code == code, caller.scope(Component.division_code))
    ).one_or_none()
    if found is None:
        raise NotFound()
    return _read(*found)


def _read(*values: Any) -> ComponentRead:
    row = dict(zip(_NAMES, values, strict=True))
    row |= {name: Responsible(code=row.pop(f"{name}_code"), name=row.pop(name)) for name in _BODIES}
    place = point(row.pop("lon"), row.pop("lat"))
    return ComponentRead(**row, place=place)


def _envelope(text: str) -> sa.ColumnElement[Any]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Invalid("`bbox` is four numbers: west,south,east,north.") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("`bbox` is west,south,east,north in degrees, in this order.")
    return sa.func.ST_MakeEnvelope(west, south, east, north, 4326)
