"""Looking something up in the index."""

from collections.abc import Collection
from typing import Any, get_args

from sqlalchemy.orm import Session

from center.database import sql
from center.errors import Invalid
from center.identity.caller import Caller
from gis.schemas import point
from gis.search.schemas import Found, FoundItem, Kind
from gis.search.words import after, grams, tight

KINDS: tuple[str, ...] = get_args(Kind)
# Base map is base map: its names are everybody's. These are seen in the caller's divisions only.
SCOPED = ("component", "device")
NAMELESS = ("road", "place")  # their ref is a number that nobody knows


class UnknownKind(Invalid):
    """`kinds` are among division, grid, road, place, component and device."""


def kinds_of(caller: Caller, asked: str | None) -> list[str]:
    """The kinds of a comma-separated list that the caller may see; all of them without one.

    Raises:
        UnknownKind
    """
    named = KINDS if asked is None else tuple(asked.split(","))
    if not set(named) <= set(KINDS):
        raise UnknownKind()
    return [kind for kind in named if kind != "device" or caller.may("devices:read")]


def find(session: Session, caller: Caller, query: str, kinds: Collection[str], limit: int) -> Found:
    """What holds the text, as typed in whatever script; nothing where it says nothing."""
    text = tight(query)
    if not text or not kinds:
        return Found(items=[])
    values = {
        "text": text,
        "after": after(text),
        "grams": grams(text),
        "kinds": list(kinds),
        "scoped": list(SCOPED),
        "nameless": list(NAMELESS),
        "patterns": caller.patterns,
        "limit": limit,
    }
    rows = session.connection().exec_driver_sql(sql("gis.search", "find"), values)
    return Found(items=[_item(*row) for row in rows])


def _item(
    kind: Any,
    ref: str,
    name_zh: str,
    name_en: str,
    division_code: str,
    lon: Any,
    lat: Any,
    bbox: Any,
) -> FoundItem:
    return FoundItem(
        kind=kind,
        ref=ref,
        name_zh=name_zh,
        name_en=name_en,
        division_code=division_code,
        place=None if lon is None else point(lon, lat),
        bbox=None if bbox is None else tuple(bbox),
    )
