"""Rows into tables by COPY, in the transaction of a session."""

from collections.abc import Iterable, Sequence
from typing import Any

import shapely
import sqlalchemy as sa
from psycopg import Connection
from psycopg import sql as words
from sqlalchemy.orm import Session


def copy(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Copies rows into a table; gives how many. Shapes are given by `hexes`."""
    session.flush()
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, Connection)
    statement = words.SQL("COPY {} ({}) FROM STDIN").format(
        words.Identifier(table), words.SQL(", ").join(map(words.Identifier, columns))
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)
            count += 1
    return count


def hexes(shapes: Any) -> list[str]:
    """Shapes in degrees as the database reads them from text."""
    return [
        str(text)
        for text in shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True)
    ]


def at_leisure(session: Session) -> None:
    """Statements of this transaction may take as long as a whole city needs."""
    session.execute(sa.text("SET LOCAL statement_timeout = 0"))
