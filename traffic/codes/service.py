"""The list of violation codes: loaded from a file, listed, and asked for a name."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from center.pages import Page, PageParameters, paginate
from traffic.codes.models import ViolationCode
from traffic.codes.schemas import ViolationCodeRead

_KEYS = [ViolationCode.code, ViolationCode.valid_from]


@cache
def standard() -> tuple[dict[str, Any], ...]:
    """The rows that come with the program (GA/T 16.31 as public implementations have it)."""
    text = resources.files("traffic.codes").joinpath("codes.csv").read_text("utf-8")
    return tuple(_row(fields) for fields in csv.DictReader(io.StringIO(text)))


def seed(session: Session) -> int:
    """Adds standard rows that are missing; those that the city has changed stay."""
    statement = insert(ViolationCode).values(list(standard())).on_conflict_do_nothing()
    return len(session.execute(statement.returning(ViolationCode.code)).all())


def list_codes(session: Session, page: PageParameters, on: date | None) -> Page[ViolationCodeRead]:
    """All codes, or those valid on a day, in the order of the codes."""
    chosen = sa.select(ViolationCode)
    if on is not None:
        chosen = chosen.where(
            ViolationCode.valid_from <= on,
            sa.or_(ViolationCode.valid_to.is_(None), ViolationCode.valid_to > on),
        )
    return paginate(session, chosen, _KEYS, page, ViolationCodeRead.model_validate)


def meanings(session: Session, codes: Iterable[str]) -> list[ViolationCode]:
    """Every row of these codes, for `meaning`."""
    chosen = sa.select(ViolationCode).where(ViolationCode.code.in_(set(codes)))
    return list(session.scalars(chosen.order_by(*_KEYS)))


def meaning(rows: Iterable[ViolationCode], code: str, on: date) -> ViolationCode | None:
    """What a code meant on a day; sites are renumbered late, so one just ended or not yet valid
    still has its name."""
    mine = [row for row in rows if row.code == code]
    begun = [row for row in mine if row.valid_from <= on]
    return begun[-1] if begun else next(iter(mine), None)


def _row(fields: dict[str, str]) -> dict[str, Any]:
    ends = fields["valid_to"]
    return fields | {
        "valid_from": date.fromisoformat(fields["valid_from"]),
        "valid_to": date.fromisoformat(ends) if ends else None,
    }
