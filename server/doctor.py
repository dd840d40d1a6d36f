"""Checks of the servers and of the program's own files, beside those of the machine."""

import stat
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
import redis
import sqlalchemy as sa
from pydantic import ValidationError

from center.audit.anchors import read
from center.audit.settings import AuditSettings
from center.clock import now
from center.database import create_engine, transaction
from center.settings import (
    ApiSettings,
    DatabaseSettings,
    MqttSettings,
    RedisSettings,
    settings,
    stack_env_file,
    var_dir,
)
from deploy.broker import BrokerFigures, figures
from deploy.doctor import Check, Trouble, machine_checks
from server.migrations import runner
from server.system.repository import waiting

START = "Start it: hengyang stack up"
ANCHOR_AGE = timedelta(days=2)  # one is made each night
QUEUE_ALARM_BYTES = 256 * 1024 * 1024  # half of what the broker of the local stack holds


def all_checks() -> list[Check]:
    """The rows of the machine, then those of the program on it."""
    api = settings(ApiSettings)
    return [*machine_checks(var_dir(), api.api_host, api.api_port), *program_checks()]


def program_checks() -> list[Check]:
    """The rows that ask the servers and the program's own files."""
    roles = {
        "database, as the API": "database_url",
        "database, as its owner": "database_owner_url",
        "database, as ingest": "database_ingest_url",
    }
    files = (stack_env_file(), var_dir() / "credentials.json")
    return [
        *(Check(f"rights of {path.name}", partial(_secret, path), f"chmod 600 {path}")
          for path in files),
        *(Check(name, partial(_database, field), START) for name, field in roles.items()),
        Check("migrations", _migrations, "Run: hengyang migrate"),
        Check("Redis", _redis, START),
        Check("broker", _broker, START),
        Check("broker's queues", _broker_queues, "Start more: hengyang ingest --processes N"),
        Check("jobs", _jobs, "Read why: var/log/worker.log"),
        Check("audit anchors", _anchors, "Run: hengyang audit anchor"),
    ]  # fmt: skip


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


def _jobs() -> str:
    _settings()
    with transaction() as session:
        [failed] = [queue for queue in waiting(session, 1) if queue.name == "jobs_failed"]
    if failed.length:
        raise Trouble(f"{failed.length} failed within a day")
    return "none failed within a day"


def _anchors() -> str:
    found = read(settings(AuditSettings).anchors)
    if found.spoilt:
        raise Trouble(f"{len(found.spoilt)} lines of the file are spoilt: hengyang audit verify")
    if not found.items:
        return "none yet"
    age = now() - datetime.fromisoformat(found.items[-1].time)
    if age > ANCHOR_AGE:
        raise Trouble(f"the newest is {age.days} days old: does the worker run?")
    return f"the newest is {age.total_seconds() / 3600:.1f} hours old"


def _broker() -> str:
    return f"{_figures().clients} clients connected"


def _broker_queues() -> str:
    broker = _figures()
    if broker.stored_bytes > QUEUE_ALARM_BYTES:
        raise Trouble(f"{broker.stored_bytes:,} bytes wait: ingest is too slow or does not run")
    if broker.dropped:
        raise Trouble(f"{broker.dropped:,} messages were dropped since the broker started")
    return f"{broker.stored_bytes:,} bytes wait"


def _figures() -> BrokerFigures:
    return figures(settings(MqttSettings).mqtt_url)
