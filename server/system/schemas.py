"""The system as one page shows it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from ingest.devices.schemas import Kind, State


class DeviceCount(BaseModel):
    """How many devices of a kind, in your divisions, are in a state; up to 4 seconds old."""

    kind: Kind
    state: State
    count: int


class GapCounts(BaseModel):
    """How many gaps there ever were, by what became of them."""

    open: int
    healed: int
    lost: int


class Ledger(BaseModel):
    """The books of ingest: deliveries = stored + duplicates + dead_letters, at every moment.

    A delivery is one message handed over by the broker. `dead_letters` counts whole messages when
    they are refused and is never taken back: one that becomes a fact by a replay is counted apart
    in `replayed`, since it is no new delivery. So the facts there are stored + replayed, and a
    single bad reading of a message that was stored is in none of the figures.
    """

    deliveries: int
    stored: int
    duplicates: int
    dead_letters: int
    replayed: Annotated[int, Field(description="Dead letters that became facts later.")]
    gaps: GapCounts


class Rate(BaseModel):
    """How many messages came per second, over a window that ended one second ago."""

    window_seconds: int
    messages_per_second: float


class Queue(BaseModel):
    """What waits where. `limit` null: bounded by the disk."""

    name: Annotated[str, Field(examples=["ingest-1:intake"])]
    length: int
    limit: int | None
    oldest_seconds: float | None


class Process(BaseModel):
    """One process by its heartbeat. Lost: silent for three heartbeats."""

    name: Annotated[str, Field(examples=["worker-1"])]
    kind: Annotated[str, Field(examples=["worker"])]
    pid: int
    host: Annotated[str, Field(examples=["city-1"])]
    started_at: datetime
    last_beat: datetime
    beat_age_seconds: float
    state: Literal["running", "stopped", "lost"]
    detail: Annotated[
        dict[str, Any], Field(description="What it says of itself.", examples=[{"relay": True}])
    ]


class Overview(BaseModel):
    """How the system runs at this moment."""

    as_of: datetime
    devices: list[DeviceCount]
    ledger: Ledger
    rate: Rate
    queues: list[Queue]
    processes: list[Process]


class ThroughputBucket(BaseModel):
    """What was received in one bucket, by what became of it."""

    time: Annotated[datetime, Field(description="Its beginning.")]
    stored: int
    duplicates: int
    dead_letters: int


class Throughput(BaseModel):
    """Whole buckets only, the oldest first; those in which nothing came are there with zeros."""

    bucket_seconds: int
    items: list[ThroughputBucket]
