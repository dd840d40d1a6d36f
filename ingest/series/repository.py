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


def records(session: Session, name: str, **values: Any) -> Sequence[sa.RowMapping]:
    """The same as mappings from column to value, which a schema takes as they are."""
    result = session.connection().exec_driver_sql(sql("ingest.series", name), values)
    return result.mappings().all()


def row(session: Session, name: str, **values: Any) -> Row | None:
    """The only row, or None."""
    return session.connection().exec_driver_sql(sql("ingest.series", name), values).one_or_none()


def unit(session: Session, quantity: str) -> str:
    """The unit of a quantity that some model measures."""
    found = session.execute(
        sa.text("SELECT unit FROM quantities WHERE key = :key"), {"key": quantity}
    )
    return str(found.scalar_one())
