"""The PostgreSQL of the local stack: TimescaleDB and PostGIS, one database, its roles."""

import shutil
import signal
from contextlib import suppress
from importlib.resources import files

import psycopg
from psycopg import sql

from deploy.stack.environment import DATABASE
from deploy.stack.fingerprint import Fingerprint
from deploy.stack.ports import HOST
from deploy.stack.sandbox import Sandbox
from deploy.stack.scram import verifier
from deploy.stack.secret import write_secret
from deploy.stack.server import DATA, Plan, Server

SECONDS = 3
LOGINS = {"hengyang_owner": "owner", "hengyang_api": "api", "hengyang_gateway": "gateway"}

# For a machine of 2 cores and 24 GB that also runs the broker, Redis and the program.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    # The Apache edition has no jobs for them, and one in every database stands in the way of
    # cloning a template and of putting a restored database in its place.
    "timescaledb.max_background_workers": "0",
    "shared_buffers": "1GB",
    "effective_cache_size": "8GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "synchronous_commit": "on",
    "wal_compression": "lz4",
    "wal_buffers": "16MB",
    "min_wal_size": "1GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "max_worker_processes": "8",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "max_locks_per_transaction": "256",  # every chunk a query touches takes one
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than these short queries
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%a ",
    "log_lock_waits": "on",
    "log_min_duration_statement": "2s",
    "log_autovacuum_min_duration": "10s",
    "autovacuum_max_workers": "2",
}
TEST_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "min_wal_size": "128MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
ACCESS = """\
# TYPE  DATABASE  USER  ADDRESS        METHOD
host    all       all   127.0.0.1/32   scram-sha-256
"""


def configure(plan: Plan, sandbox: Sandbox) -> list[str]:
    """Make the cluster where missing, write its settings, give its command."""
    folder = plan.folder("postgres")
    fingerprint = Fingerprint(folder / "superuser.fingerprint", plan.passwords.postgres)
    if not (folder / "data").exists():
        _initdb(plan, sandbox)
        fingerprint.keep()
    settings = SETTINGS | (TEST_SETTINGS if plan.test else {}) | {"port": str(plan.ports.postgres)}
    lines = (f"{key} = '{value}'\n" for key, value in settings.items())
    (folder / "data/postgresql.auto.conf").write_text("")
    (folder / "data/postgresql.conf").write_text("".join(lines))
    (folder / "data/pg_hba.conf").write_text(ACCESS)
    if not fingerprint.same():
        _renew_superuser(plan, sandbox)
        fingerprint.keep()
    return ["postgres", "-D", f"{DATA}/data"]


def _initdb(plan: Plan, sandbox: Sandbox) -> None:
    folder = plan.folder("postgres")
    shutil.rmtree(folder / "data.partial", ignore_errors=True)
    secret = folder / "superuser"
    write_secret(secret, plan.passwords.postgres)
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
    account = ["--username=postgres", f"--pwfile={DATA}/superuser", "--auth=scram-sha-256"]
    speed = ["--no-sync"] if plan.test else ["--data-checksums"]
    target = ["-D", f"{DATA}/data.partial"]
    try:
        sandbox.run(["initdb", *locale, *account, *speed, *target])
    finally:
        secret.unlink()
    (folder / "data.partial").rename(folder / "data")


def _renew_superuser(plan: Plan, sandbox: Sandbox) -> None:
    """Set the superuser's password without knowing the old one: stack.env was lost."""
    statement = sql.SQL("ALTER ROLE postgres PASSWORD {}").format(verifier(plan.passwords.postgres))
    sandbox.run(
        ["postgres", "--single", "-D", f"{DATA}/data", "postgres"],
        feed=statement.as_string() + "\n",
    )


def connect(plan: Plan, database: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection of the superuser, each statement by itself."""
    return psycopg.connect(
        host=HOST,
        port=plan.ports.postgres,
        user="postgres",
        password=plan.passwords.postgres,
        dbname=database,
        connect_timeout=SECONDS,
        application_name="hengyang stack",
        autocommit=True,
    )


def knock(plan: Plan) -> None:
    """Log in as the superuser: refused while the server starts or recovers."""
    try:
        connect(plan, "postgres").close()
    except psycopg.OperationalError as error:
        raise ConnectionError(str(error)) from error


def prepare(plan: Plan) -> None:
    """Roles with their passwords, the database and its extensions."""
    with connect(plan, "postgres") as connection:
        connection.execute(_statement("roles.sql"))
        for role, name in LOGINS.items():
            change = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
            secret = sql.Literal(verifier(getattr(plan.passwords, name)))
            connection.execute(change.format(sql.Identifier(role), secret))
        found = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(found, [DATABASE]).fetchone() is None:
            create = sql.SQL("CREATE DATABASE {} OWNER hengyang_owner")
            connection.execute(create.format(sql.Identifier(DATABASE)))
    with connect(plan, DATABASE) as connection, suppress(psycopg.errors.UndefinedObject):
        # A newer root file system brings a newer library. This must be a session's first words.
        connection.execute("ALTER EXTENSION timescaledb UPDATE")
    with connect(plan, DATABASE) as connection:
        connection.execute(_statement("extensions.sql"))


def _statement(name: str) -> bytes:
    return (files("deploy.stack") / name).read_bytes()


# SIGINT is the fast shutdown: sessions are ended, the checkpoint is written.
POSTGRES = Server("postgres", "postgres", signal.SIGINT, 60, configure, knock, prepare)
