"""The register's revision: one number that grows with every change, in the order of commits."""

from datetime import datetime
from typing import Any, ClassVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from center.database import Base


class RegisterRevision(Base):
    """The one row whose lock puts all writers of the register in a line."""

    __tablename__ = "register_revision"

    only_row: Mapped[bool] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(sa.BigInteger)


class Stamped:
    """What triggers write in every row of the register: never set these in a program.

    `version` counts the changes of one row (its ETag); `revision` is the register's number at the
    last change, so that `revision > N` gives everything that changed since a reader saw N.
    """

    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": True}

    version: Mapped[int] = mapped_column(
        server_default=sa.FetchedValue(), server_onupdate=sa.FetchedValue()
    )
    revision: Mapped[int] = mapped_column(
        sa.BigInteger, server_default=sa.FetchedValue(), server_onupdate=sa.FetchedValue()
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=sa.FetchedValue(), type_=sa.DateTime(timezone=True)
    )
    updated_at: Mapped[datetime] = mapped_column(
        server_default=sa.FetchedValue(),
        server_onupdate=sa.FetchedValue(),
        type_=sa.DateTime(timezone=True),
    )


def lock_register(session: Session) -> None:
    """Waits for other writers of the register; held until the end of the transaction.

    Every write takes this lock before any row, so that two writers cannot wait for each other.
    """
    session.execute(sa.select(RegisterRevision.revision).with_for_update())


def newest(connection: psycopg.Connection[Any]) -> int:
    """The newest committed revision: one cheap read tells whether anything changed."""
    row = connection.execute("SELECT revision FROM register_revision").fetchone()
    return int(row[0]) if row else 0
