"""The dictionary: loaded from files, listed by version and kind."""

import csv
import io
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from center.pages import Page, PageParameters, paginate
from gis.dictionary.models import Entry
from gis.dictionary.schemas import EntryRead, Kind

_KEYS = [Entry.kind, Entry.class_code, Entry.subclass_code, Entry.standard, Entry.version]


@cache
def standard() -> tuple[dict[str, Any], ...]:
    """The rows of the list that comes with the program."""
    text = resources.files("gis.dictionary").joinpath("classes.csv").read_text("utf-8")
    return tuple(_row(fields) for fields in csv.DictReader(io.StringIO(text)))


@cache
def component_names() -> dict[str, str]:
    """Chinese name by the four digits of class and sub-class."""
    return {
        row["class_code"] + row["subclass_code"]: row["name_zh"]
        for row in standard()
        if row["kind"] == "component" and row["subclass_code"]
    }


def seed(session: Session) -> int:
    """Adds standard rows that are missing; those that the city has changed stay."""
    statement = insert(Entry).values(list(standard())).on_conflict_do_nothing()
    return len(session.execute(statement.returning(Entry.class_code)).all())


def list_entries(
    session: Session, page: PageParameters, kind: Kind | None, on: date
) -> Page[EntryRead]:
    """Classes and sub-classes that are valid on a day, by kind and code."""
    chosen = sa.select(Entry).where(
        Entry.valid_from <= on, sa.or_(Entry.valid_to.is_(None), Entry.valid_to > on)
    )
    if kind is not None:
        chosen = chosen.where(Entry.kind == kind)
    return paginate(session, chosen, _KEYS, page, EntryRead.model_validate)


def _row(fields: dict[str, str]) -> dict[str, Any]:
    ends = fields["valid_to"]
    return fields | {
        "valid_from": date.fromisoformat(fields["valid_from"]),
        "valid_to": date.fromisoformat(ends) if ends else None,
    }
