"""A migrated template database and its clones, one per test."""

import itertools
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from psycopg import sql

from deploy.stack import LocalStack
from server.migrations.runner import migrate

TEMPLATE = "hengyang"

# Copying files is twice as fast as copying through the log, as long as nothing is synced to disk.
_CLONE = "CREATE DATABASE {} TEMPLATE {} OWNER hengyang_owner STRATEGY file_copy"


@dataclass(frozen=True)
class Database:
    """Addresses of one database, `postgresql://...`, one per role."""

    name: str
    owner: str
    app: str
    ingest: str
    admin: str


class Cloner:
    """Makes and drops clones of the template."""

    def __init__(self, stack: LocalStack) -> None:
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._variables = stack.environment

    @classmethod
    def prepare(cls, stack: LocalStack) -> "Cloner":
        """Migrates the stack's own database and closes it, so that it can be copied."""
        cloner = cls(stack)
        migrate(stack.environment["HENGYANG_DATABASE_OWNER_URL"], print)
        cloner._run("ALTER DATABASE {} ALLOW_CONNECTIONS false", TEMPLATE)
        cloner._run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}",
            sql.Literal(TEMPLATE),
        )
        return cloner

    def clone(self) -> Database:
        """A fresh copy of the template."""
        name = next(self._names)
        self._run(_CLONE, name, TEMPLATE)
        return self._addresses(name)

    def empty(self) -> Database:
        """A database as the local stack makes it: extensions, and no table of ours."""
        name = next(self._names)
        self._run("CREATE DATABASE {} OWNER hengyang_owner", name)
        made = self._addresses(name)
        with psycopg.connect(made.admin, autocommit=True) as connection:
            connection.execute(files("deploy.stack").joinpath("extensions.sql").read_bytes())
        return made

    def _addresses(self, name: str) -> Database:
        return Database(
            name,
            self._url("HENGYANG_DATABASE_OWNER_URL", name),
            self._url("HENGYANG_DATABASE_URL", name),
            self._url("HENGYANG_DATABASE_INGEST_URL", name),
            self._url("HENGYANG_STACK_ADMIN_URL", name),
        )

    def drop(self, database: Database) -> None:
        """Away with it, whoever is still connected."""
        self._run("DROP DATABASE {} WITH (FORCE)", database.name)

    def _url(self, variable: str, name: str) -> str:
        return f"{self._variables[variable].rpartition('/')[0]}/{name}"

    def _run(self, statement: str, *names: str | sql.Literal) -> None:
        parts = [name if isinstance(name, sql.Literal) else sql.Identifier(name) for name in names]
        with psycopg.connect(
            self._variables["HENGYANG_STACK_ADMIN_URL"], autocommit=True
        ) as connection:
            connection.execute(sql.SQL(statement).format(*parts))
