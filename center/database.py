"""The one database: engine, session, transaction per request, named SQL from files."""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import psycopg
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
    """An engine; its connections show up in PostgreSQL under the process's name."""
    made = sa.create_engine(
        driver_url(url),
        connect_args={
            "application_name": application_name,
            "connect_timeout": 5,
            "options": "-c TimeZone=UTC",  # a city's own server may say otherwise
        },
        **options,
    )
    sa.event.listen(made, "checkout", _discard_dead)
    return made


def _discard_dead(connection: psycopg.Connection[Any], _record: object, _proxy: object) -> None:
    """Has the pool replace connections that the server has closed.

    An idle connection has nothing to read; one that has is asked. Asking each of them, as
    `pool_pre_ping` does, would cost every request two round trips.
    """
    try:
        socket = select.poll()
        socket.register(connection.fileno(), select.POLLIN)
        if socket.poll(0):
            connection.execute("SELECT 1")
            connection.rollback()
    except psycopg.Error as error:
        raise sa.exc.InvalidatePoolError from error


def connector(url: str, name: str, **options: Any) -> Callable[[], psycopg.Connection[Any]]:
    """Makes connections that a process keeps for itself, beside the engine: they give up on a
    silent server instead of waiting for ever. `options` are those of psycopg's `connect`."""

    def connect() -> psycopg.Connection[Any]:
        return psycopg.connect(
            url,
            application_name=f"hengyang-{name}",
            connect_timeout=5,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=15_000,
            **options,
        )

    return connect


_application_name = "hengyang"


def name_process(name: str) -> None:
    """Called once at start, before the first use of the database."""
    global _application_name  # noqa: PLW0603  # a process has exactly one name
    _application_name = f"hengyang-{name}"


@cache
def engine() -> sa.Engine:
    """The engine of the API and the worker, role `hengyang_app`."""
    return _engine()


@cache
def reading_engine() -> sa.Engine:
    """The same for reading: statements run each by itself, and the server refuses to write.

    A transaction of reads would see no more than its statements do (READ COMMITTED), and its
    begin and end are round trips.
    """
    return _engine(
        "SET default_transaction_read_only = on",
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
    )


def _engine(*first_words: str, **options: Any) -> sa.Engine:
    config = settings(DatabaseSettings)
    kept, whole = config.database_pool_size // 4, config.database_pool_size // 2
    made = create_engine(
        config.database_url,
        _application_name,
        pool_size=kept,
        max_overflow=whole - kept,
        pool_timeout=10,
        pool_use_lifo=True,  # the connection used last has its plans and caches warm
        **options,
    )
    milliseconds = int(config.database_statement_seconds * 1000)

    @sa.event.listens_for(made, "connect")
    def _greet(connection: Any, _record: object) -> None:
        before, connection.autocommit = connection.autocommit, True
        for statement in (f"SET statement_timeout = {milliseconds}", *first_words):
            connection.execute(statement)
        connection.autocommit = before

    return made


def forget_connections() -> None:
    """Closes them; what is used next is made anew from the settings."""
    for made in (engine, reading_engine):
        if made.cache_info().currsize:
            made().dispose()
        made.cache_clear()
    _sessions.cache_clear()


@cache
def _sessions() -> sessionmaker[Session]:
    return sessionmaker(engine(), expire_on_commit=False)


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any exception. Nobody below commits."""
    with _sessions().begin() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """Reads, no transaction; neither its begin nor its end waits for the server."""
    with Session(reading_engine(), expire_on_commit=False) as session:
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
