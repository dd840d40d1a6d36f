"""One PostgreSQL database into a file and out of it, by the tools of the root file system."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from deploy.backup.errors import BackupError, InUse
from deploy.stack.errors import ServerFailed
from deploy.stack.rootfs import ensure_rootfs
from deploy.stack.sandbox import Sandbox

OWNER = "hengyang_owner"
WORKSHOP = "/srv"
DUMP = "database.dump"
MAINTENANCE = "postgres"  # the database to be in while another one is replaced
FILES = ("sslcert", "sslkey", "sslrootcert", "sslcrl")  # options that name a file of this machine
UNTOLD = {"password", "dbname"}  # in a file, and on the command line

Connection = psycopg.Connection[tuple[Any, ...]]

# Tables that no extension brought: what a person would call data.
HOLDS_DATA = """
    SELECT EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema|_timescaledb)'
        AND NOT EXISTS (
            SELECT FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
        )
    )
"""
OTHERS = """
    SELECT DISTINCT coalesce(nullif(application_name, ''), 'a nameless program')
    FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def versions(url: str) -> dict[str, str]:
    """Of the server and of every extension in the database."""
    with _connect(url) as connection:
        found = connection.execute("SELECT extname, extversion FROM pg_extension ORDER BY 1")
        server = connection.execute("SHOW server_version").fetchone() or ("?",)
        return {"postgresql": server[0], **dict(found.fetchall())}


def holds_data(url: str) -> bool:
    """True if there is any table beside those of extensions."""
    with _connect(url) as connection:
        return connection.execute(HOLDS_DATA).fetchone() == (True,)


def dump(url: str, target: Path) -> None:
    """Write one consistent picture of the database; it may be in use meanwhile.

    The tables and their chunks, the catalogue of TimescaleDB, sequences and rights are all in
    it; roles and passwords are not.
    """
    with _workshop(url, target.parent) as (sandbox, environment):
        name = conninfo_to_dict(url)["dbname"]
        command = ["pg_dump", "--format=custom", "--compress=zstd:3", f"--dbname={name}"]
        _run(sandbox, [*command, f"--file={WORKSHOP}/{target.name}"], environment)


def restore(admin_url: str, source: Path, name: str, timescaledb: str) -> None:
    """Put a dump in the place of the database `name`, as the superuser of the server.

    It is filled under another name and changes places only when it is whole. Raises InUse if
    programs are connected to the one it replaces.
    """
    filling = f"{name}_restoring"
    with _connect(admin_url, MAINTENANCE) as server:
        refuse_if_used(server, name)
        server.execute(_on(filling, "DROP DATABASE IF EXISTS {} WITH (FORCE)"))
        create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
        server.execute(create.format(sql.Identifier(filling), sql.Identifier(OWNER)))
        _fill(admin_url, source, filling, timescaledb)
        refuse_if_used(server, name)
        server.execute(_on(name, "DROP DATABASE IF EXISTS {} WITH (FORCE)"))
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        server.execute(rename.format(sql.Identifier(filling), sql.Identifier(name)))


def _fill(admin_url: str, source: Path, name: str, timescaledb: str) -> None:
    # The version must be the dump's own, and the hooks of TimescaleDB must rest while its
    # catalogue is written (its manual, "Logical backups with pg_dump and pg_restore").
    with _connect(admin_url, name) as connection:
        create = sql.SQL("CREATE EXTENSION timescaledb VERSION {}")
        connection.execute(create.format(sql.Literal(timescaledb)))
        connection.execute("SELECT timescaledb_pre_restore()")
    with _workshop(admin_url, source.parent) as (sandbox, environment):
        command = ["pg_restore", "--exit-on-error", f"--dbname={name}"]
        _run(sandbox, [*command, f"{WORKSHOP}/{source.name}"], environment)
    with _connect(admin_url, name) as connection:
        connection.execute("SELECT timescaledb_post_restore()")
        connection.execute("ANALYZE")


def refuse_if_used(server: Connection, name: str) -> None:
    others = [row[0] for row in server.execute(OTHERS, [name]).fetchall()]
    if others:
        raise InUse(f"Stop these first, they are connected to {name}: {', '.join(others)}.")


def _on(name: str, statement: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))


def _connect(url: str, name: str | None = None) -> Connection:
    try:
        target = make_conninfo(url, dbname=name) if name else url
        return psycopg.connect(
            target, autocommit=True, connect_timeout=5, application_name="hengyang-backup"
        )
    except psycopg.OperationalError as error:
        raise BackupError(f"The database cannot be reached: {error}") from error


@contextmanager
def _workshop(url: str, folder: Path) -> Iterator[tuple[Sandbox, dict[str, str]]]:
    """A sandbox with the folder in it, and variables by which libpq finds the server."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    paths = {key: Path(parts[key]).absolute() for key in FILES if key in parts}
    inside = {key: f"/run{path}" for key, path in paths.items() if path.is_file()}
    # The password stands in a file: every user of the machine can read a command line.
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix="pgpass-") as secret:
        password = parts.get("password", "").replace("\\", "\\\\").replace(":", "\\:")
        secret.write(f"*:*:*:*:{password}\n")
        secret.flush()
        binds = {folder: WORKSHOP} | {paths[key]: place for key, place in inside.items()}
        yield (
            Sandbox(ensure_rootfs(), "postgres", binds),
            {
                **_variables({"host": "127.0.0.1"} | parts | inside),
                "PGPASSFILE": f"{WORKSHOP}/{Path(secret.name).name}",
                "PGAPPNAME": "hengyang-backup",
            },
        )


def _variables(parts: dict[str, str]) -> dict[str, str]:
    """All options of a connection, each as the variable that libpq knows it by."""
    names = {o.keyword.decode(): o.envvar.decode() for o in pq.Conninfo.get_defaults() if o.envvar}
    return {names[key]: value for key, value in parts.items() if key in names.keys() - UNTOLD}


def _run(sandbox: Sandbox, command: list[str], environment: dict[str, str]) -> None:
    try:
        sandbox.run(command, env=environment)
    except ServerFailed as error:
        raise BackupError(str(error)) from error
