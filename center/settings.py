"""Settings: small classes read once from the environment, then from the local stack's own file."""

import os
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import Field, PostgresDsn, RedisDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent


def var_dir() -> Path:
    """Folder of everything the program writes; `HENGYANG_VAR_DIR` or `var/` in the checkout."""
    return Path(os.environ.get("HENGYANG_VAR_DIR") or CHECKOUT / "var")


def private(folder: Path) -> Path:
    """The folder, made where it is not there; nobody but its owner may look into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid == os.getuid():  # else whoever gave us the folder sees to it
        folder.chmod(0o700)
    return folder


def stack_env_file() -> Path:
    """Addresses and secrets of the local stack, written by `deploy.stack` with mode 0600."""
    return var_dir() / "stack" / "stack.env"


class Settings(BaseSettings):
    """Base of all: variables begin with HENGYANG_, values are fixed once read."""

    model_config = SettingsConfigDict(env_prefix="HENGYANG_", extra="ignore", frozen=True)


class DatabaseSettings(Settings):
    """Where PostgreSQL is, once per role: each process signs in with the least it needs."""

    database_url: PostgresDsn = Field(description="Role hengyang_app: API and worker.")
    database_owner_url: PostgresDsn | None = Field(
        None, description="Owner of the schema: migrations only. Default: database_url."
    )
    database_ingest_url: PostgresDsn | None = Field(
        None, description="Role hengyang_ingest: gateway and warden. Default: database_url."
    )
    database_pool_size: int = Field(
        16,
        ge=4,
        le=400,
        description="Most connections of a process to its pools: half to write, half to read; half"
        " of each half is kept open.",
    )
    database_statement_seconds: float = Field(
        30, gt=0, le=3600, description="A statement of the API that takes longer is cancelled."
    )


class RedisSettings(Settings):
    """Where the bus is."""

    redis_url: RedisDsn = Field(description="redis://:password@host:port/0")
    bus_stream_length: int = Field(
        100_000, ge=1000, description="Entries kept per stream; older ones are in PostgreSQL."
    )
    outbox_keep_days: int = Field(
        7, ge=1, description="Sent events stay so long; who was away longer takes a snapshot."
    )


class MqttSettings(Settings):
    """Where the broker is, and which files it reads accounts and rights from."""

    mqtt_url: str = Field(
        description="mqtt://ingest:password@host:port, or mqtts:// with TLS. The password is that"
        " of all accounts of our programs (docs/operations.md)."
    )
    mqtt_load_url: str | None = Field(
        None, description="Account that may write for any device: concentrators, benches, faults."
    )
    mqtt_files_dir: Path | None = Field(
        None, description="Folder of the broker's passwd and acl files; none: not ours to write."
    )
    mqtt_admin_socket: Path | None = Field(
        None,
        description="Unix socket of the broker on which a client id is free to choose: sessions of"
        " accounts that end are ended there.",
    )
    mqtt_pid_file: Path | None = Field(None, description="Broker to send SIGHUP after a change.")
    mqtt_queue_bytes: int = Field(
        512 * 1024 * 1024,
        ge=1024 * 1024,
        description="What the broker may hold for us (its max_queued_bytes) before it drops.",
    )


class IngestSettings(Settings):
    """How messages become committed facts."""

    ingest_connections: int = Field(
        2, ge=1, le=16, description="MQTT sessions of one gateway process."
    )
    ingest_receive_maximum: int = Field(
        1000,
        ge=10,
        le=65535,
        description="Unacknowledged messages per session; more than 1000 slows Mosquitto down.",
    )
    ingest_loose_bytes: int = Field(
        64 * 1024 * 1024,
        ge=1024 * 1024,
        description="Of what comes at QoS 0, so much may wait in a gateway; more is refused.",
    )
    ingest_batch_messages: int = Field(
        2000, ge=1, le=20_000, description="Most messages in one transaction."
    )
    ingest_linger_seconds: float = Field(
        0.05, ge=0, le=5, description="How long a small batch waits for company."
    )
    ingest_accept_past_seconds: float = Field(
        7 * 86400,
        gt=0,
        le=7 * 86400,
        description="Older device time is a dead letter; shorter than anything is kept.",
    )
    ingest_accept_future_seconds: float = Field(
        300, ge=0, description="Device time further ahead than this is a dead letter."
    )
    operating_area: tuple[float, float, float, float] = Field(
        (108.7, 24.6, 114.3, 30.2),
        description="West, south, east, north in degrees: fixes of vehicles elsewhere are refused."
        " Default: Hunan province.",
    )
    gap_grace_seconds: float = Field(
        5, ge=0, description="A hole in the numbers older than this is a gap."
    )
    gap_patience_seconds: float = Field(
        300,
        gt=0,
        description="A hole this old is a gap even while messages wait at the broker; shorter than"
        " devices keep what they sent.",
    )
    gap_resend_seconds: float = Field(
        30, gt=0, description="Pause between two requests for the same gap."
    )
    gap_lost_seconds: float = Field(
        900, gt=0, description="A gap older than this is lost; longer than any device's buffer."
    )
    reconnection_grace_seconds: float = Field(
        60,
        ge=0,
        le=3600,
        description="After an absence of the broker devices take up to this long to come back;"
        " until then their silence is not counted.",
    )
    raw_retention_days: int = Field(
        90, ge=8, description="Facts older than this are dropped by the chunk."
    )
    dead_letter_retention_days: int = Field(
        366, ge=30, description="Dead letters replayed or discarded longer ago go; open ones stay."
    )
    rollup_hour_retention_days: int = Field(
        3 * 366, ge=92, description="Hourly rollups older than this go; those of days stay."
    )


class ApiSettings(Settings):
    """The HTTP server."""

    api_host: str = Field("127.0.0.1", description="Address to listen on.")
    api_port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    api_processes: int = Field(
        2, ge=1, le=64, description="Processes that share the port; as many as there are cores."
    )
    api_threads: int = Field(
        4,
        ge=2,
        le=100,
        description="Requests a process works on at once; more than a few wait for each other.",
    )
    api_origins: tuple[str, ...] = Field(
        (), description="Other origins whose pages may call the API; none by default."
    )


class TokenSettings(Settings):
    """How long a log-in lasts."""

    token_secret: SecretStr = Field(min_length=32, description="Key of the access tokens.")
    access_token_seconds: int = Field(900, ge=60, le=3600, description="Life of an access token.")
    refresh_token_seconds: int = Field(
        12 * 3600, ge=600, le=30 * 86400, description="Longest log-in without a password."
    )
    idle_logout_seconds: int = Field(
        1800, ge=60, le=86400, description="A session unused for this long ends."
    )


class EvidenceSettings(Settings):
    """Where pictures and documents that prove something are kept."""

    evidence_url: str | None = Field(
        None, description="file:///path or s3://bucket/prefix; default var/evidence."
    )
    evidence_max_bytes: int = Field(
        20 * 1024 * 1024, ge=1024, description="Largest single picture or document."
    )
    evidence_retention_days: int = Field(
        183,
        ge=16,
        description="Evidence that nothing has named for so long goes; at least 8 days longer than"
        " `HENGYANG_RAW_RETENTION_DAYS`.",
    )
    evidence_device_day_bytes: int = Field(
        8 * 1024**3,
        ge=1024**2,
        description="What one device may send in a day of Hengyang before it is refused.",
    )
    evidence_grace_seconds: float = Field(
        900,
        gt=0,
        description="A picture named and not come after this is told as missing; devices send"
        " again for ten minutes.",
    )


S = TypeVar("S", bound=Settings)


@cache
def settings(kind: type[S]) -> S:
    """The settings of one class, read once per process.

    Raises:
        pydantic.ValidationError: a value is missing or out of bounds; the message names it.
    """
    return kind(_env_file=stack_env_file())  # type: ignore[call-arg]  # known to pydantic-settings
