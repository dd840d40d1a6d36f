"""All checks of `hengyang doctor`; here those of the servers, local or the city's own."""

import stat
from functools import partial
from pathlib import Path

import psycopg
import redis
import sqlalchemy as sa
from pydantic import ValidationError

from center.database import create_engine
from center.settings import (
    DatabaseSettings,
    MqttSettings,
    RedisSettings,
    settings,
    stack_env_file,
    var_dir,
)
from deploy.broker import BrokerFigures, figures
from deploy.doctor import Check, Trouble, machine_checks, stack_checks
from deploy.stack import StackError
from deploy.stack.environment import names_own_servers
from ingest import broker
from server import vitals
from server.migrations import runner

QUEUE_ALARM_BYTES = 256 * 1024 * 1024  # half of what the broker of the local stack holds
ROLES = {
    "database, as the API": "database_url",
    "database, as its owner": "database_owner_url",
    "database, as ingest": "database_ingest_url",
}


def all_checks() -> list[Check]:
    """The rows of the machine, of the servers it uses, and of the programs on it."""
    local = _is_local()
    stack = [*stack_checks(var_dir()), _rights(stack_env_file())] if local else []
    servers = Check("whose servers", _whose, "Name all three, or none: docs/operations.md")
    return [*machine_checks(var_dir()), servers, *stack, *server_checks(local), *vitals.checks()]


def server_checks(local: bool) -> list[Check]:
    """The rows that ask the servers, and how to mend them: `local`, in the local stack."""

    def start(variable: str) -> str:
        named = f"Start it where it runs, or correct {variable}."
        return "Start it: hengyang stack up" if local else named

    return [
        _rights(var_dir() / "credentials.json"),
        *(Check(name, partial(_database, field), start(f"HENGYANG_{field.upper()}"))
          for name, field in ROLES.items()),
        Check("migrations", _migrations, "Run: hengyang migrate"),
        Check("Redis", _redis, start("HENGYANG_REDIS_URL")),
        Check("broker", _broker, start("HENGYANG_MQTT_URL")),
        Check("broker's queues", _broker_queues, "Start more: hengyang ingest --processes N"),
    ]  # fmt: skip


def _is_local() -> bool:
    try:
        return not names_own_servers()
    except StackError:
        return False  # some are the city's own: the local stack is not started then


def _whose() -> str:
    return "the city's own" if names_own_servers() else "the local stack's"


def _rights(path: Path) -> Check:
    return Check(f"rights of {path.name}", partial(_secret, path), f"chmod 600 {path}")


def _secret(path: Path) -> str:
    if not path.exists():
        return "not there yet"
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise Trouble(f"{path} can be read by others (mode {mode:o})")
    return f"mode {mode:o}"


def _database(field: str) -> str:
    url = getattr(_settings(), field) or _settings().database_url
    with psycopg.connect(str(url), connect_timeout=3) as connection:
        row = connection.execute("SELECT current_user, current_setting('server_version')")
        user, number = row.fetchone() or ("?", "?")
    return f"{user}, PostgreSQL {number}"


def _migrations() -> str:
    url = _settings().database_owner_url or _settings().database_url
    engine = create_engine(url, "hengyang-doctor", poolclass=sa.NullPool)
    with engine.connect() as connection:
        missing = runner.missing(connection)
    if missing:
        raise Trouble(f"not run yet: {', '.join(missing)}")
    return "all run"


def _settings() -> DatabaseSettings:
    try:
        found: DatabaseSettings = settings(DatabaseSettings)
        return found
    except ValidationError as error:
        raise Trouble("no address of a database: the stack has never been started") from error


def _redis() -> str:
    with redis.Redis.from_url(str(settings(RedisSettings).redis_url), socket_timeout=3) as client:
        memory = client.info("memory")
    used, bound = int(memory["used_memory"]), int(memory["maxmemory"])
    if bound and used > 0.8 * bound:
        raise Trouble(f"{used:,} of {bound:,} bytes are used: the bus is about to refuse writes")
    return f"{used:,} of {bound:,} bytes used"


def _broker() -> str:
    return f"{_figures().clients} clients connected"


def _broker_queues() -> str:
    told = _figures()
    if told.stored_bytes > QUEUE_ALARM_BYTES:
        raise Trouble(f"{told.stored_bytes:,} bytes wait: ingest is too slow or does not run")
    if told.dropped:
        raise Trouble(f"{told.dropped:,} messages were dropped since the broker started")
    return f"{told.stored_bytes:,} bytes wait"


def _figures() -> BrokerFigures:
    address = broker.parse(settings(MqttSettings).mqtt_url)
    return figures(broker.new_client("hengyang-doctor", address), address.host, address.port)
