"""The one database: engine, session, transaction per request, named SQL from files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import sqlalchemy as sa
from psycopg import OperationalError as DriverOperationalError
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from center.settings import DatabaseSettings, settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every stored thing. Across packages refer to a table by foreign-key string only."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: sa.DateTime(timezone=True),
        str: sa.Text,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(sa.Text),
    }


def driver_url(url: object) -> str:
    """`postgresql://...` as SQLAlchemy's address of the psycopg driver."""
    return str(url).replace("postgresql://", "postgresql+psycopg://", 1)


def create_engine(url: object, application_name: str, **options: Any) -> sa.Engine:
    """One engine per process; its connections show up in PostgreSQL under the process's name."""
    return sa.create_engine(
        driver_url(url),
        pool_pre_ping=True,
        connect_args={"application_name": application_name, "connect_timeout": 5},
        **options,
    )


_application_name = "hengyang"


def name_process(name: str) -> None:
    """Called once at start, before the first use of the database."""
    global _application_name  # noqa: PLW0603  # a process has exactly one name
    _application_name = f"hengyang-{name}"


@cache
def engine() -> sa.Engine:
    """The engine of the API and the worker, role `hengyang_app`."""
    config = settings(DatabaseSettings)
    made = create_engine(
        config.database_url,
        _application_name,
        pool_size=config.database_pool_size,
        max_overflow=config.database_pool_size,
        pool_timeout=10,
    )
    milliseconds = int(config.database_statement_seconds * 1000)

    @sa.event.listens_for(made, "connect")
    def _limit_statements(connection: Any, _record: object) -> None:
        connection.autocommit = True
        connection.execute(f"SET statement_timeout = {milliseconds}")
        connection.autocommit = False

    return made


@cache
def _sessions() -> sessionmaker[Session]:
    return sessionmaker(engine(), expire_on_commit=False)


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any exception. Nobody below commits."""
    with _sessions().begin() as session:
        yield session


def is_away(error: BaseException) -> bool:
    """Whether a database error means the server is gone, so that the work may be repeated."""
    if isinstance(error, sa.exc.DBAPIError):
        return error.connection_invalidated or isinstance(error.orig, DriverOperationalError)
    return isinstance(error, (DriverOperationalError, sa.exc.TimeoutError))


@cache
def sql(package: str, name: str) -> str:
    """Text of `queries/NAME.sql` inside a package: SQL of series and space lives in files."""
    return resources.files(package).joinpath("queries", f"{name}.sql").read_text("utf-8")
