"""What a list of records is narrowed to, and what that means for the database."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

# Column by column what a value means. A plate alone has an index of its own; by all the others rows
# are looked through (`looking.py` bounds how many).
_CONDITIONS: dict[str, Callable[[Any], sa.ColumnElement[bool]]] = {
    "plate": lambda plate: sa.and_(sa.column("plate") == plate, sa.column("plate") != ""),
    "plate_part": lambda part: sa.column("plate", sa.Text).contains(part, autoescape=True),
    "readable": lambda readable: (sa.column("plate") != "") == readable,
    "lane": lambda lane: sa.column("lane") == lane,
    "plate_colour": lambda colour: sa.column("plate_colour") == colour,
    "vehicle_class": lambda name: sa.column("vehicle_class") == name,
    "speed_from": lambda speed: sa.column("speed_mps") >= speed,
    "speed_to": lambda speed: sa.column("speed_mps") <= speed,
    "code": lambda code: sa.column("code") == code,
}


@dataclass(frozen=True)
class Filters:
    """None: not narrowed. `site` is a `device_id`, `division` a prefix; speeds in m/s."""

    site: str | None = None
    division: str | None = None
    plate: str | None = None
    plate_part: str | None = None
    readable: bool | None = None
    lane: int | None = None
    plate_colour: str | None = None
    vehicle_class: str | None = None
    speed_from: float | None = None
    speed_to: float | None = None
    code: str | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Those that are set."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """On the columns of a record; site and division are no columns of it."""
        given = self.given
        return [make(given[name]) for name, make in _CONDITIONS.items() if name in given]
