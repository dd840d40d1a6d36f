"""Named SQL of the reading side, run in the request's transaction."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.database import sql

Row = sa.Row[Any]


def rows(session: Session, name: str, **values: Any) -> Sequence[Row]:
    """All rows of `queries/NAME.sql`; callers bound them by a window or a limit."""
    return session.connection().exec_driver_sql(sql("ingest.series", name), values).all()


def records(session: Session, name: str, **values: Any) -> list[dict[str, Any]]:
    """The same as dictionaries, which a schema takes as they are.

    SQLAlchemy's own mappings raise an error inside for each field that a row does not have:
    a day of raw values took 10 ms so.
    """
    result = session.connection().exec_driver_sql(sql("ingest.series", name), values)
    columns = tuple(result.keys())
    return [dict(zip(columns, values, strict=True)) for values in result.all()]


def row(session: Session, name: str, **values: Any) -> Row | None:
    """The only row, or None."""
    return session.connection().exec_driver_sql(sql("ingest.series", name), values).one_or_none()
