"""The overview and the throughput, put together."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from center.clock import now
from center.identity.caller import Caller
from center.processes.service import Process as Running
from center.processes.service import processes
from center.settings import MqttSettings, settings
from server.system import repository
from server.system.queues import queues
from server.system.schemas import (
    DeviceCount,
    GapCounts,
    Ledger,
    Overview,
    Process,
    Queue,
    Rate,
    Throughput,
    ThroughputBucket,
)

# Up to so many minutes, buckets of so many seconds: 60 to 180 points on a chart.
BUCKETS = ((5, 2), (15, 5), (60, 20), (180, 60), (720, 300), (1440, 600))
MOST_MINUTES = BUCKETS[-1][0]


def overview(session: Session, caller: Caller) -> Overview:
    """How the system runs now; devices are those of the caller's divisions."""
    books = repository.books(session)
    running = processes(session)
    limit = settings(MqttSettings).mqtt_queue_bytes
    return Overview(
        as_of=books["as_of"],
        devices=[
            DeviceCount.model_validate(dict(zip(DeviceCount.model_fields, row, strict=True)))
            for row in repository.device_counts(session, caller.patterns)
        ],
        ledger=Ledger(**books, gaps=GapCounts(**books)),
        rate=Rate(
            window_seconds=int(repository.RATE_WINDOW.total_seconds()),
            messages_per_second=round(repository.rate(session), 3),
        ),
        queues=[Queue(**asdict(figure)) for figure in queues(session, running, limit)],
        processes=[_shown(process, books["as_of"]) for process in running],
    )


def _shown(process: Running, moment: datetime) -> Process:
    age = max(0.0, (moment - process.last_beat).total_seconds())
    return Process.model_validate(asdict(process) | {"beat_age_seconds": round(age, 1)})


def throughput(session: Session, minutes: int) -> Throughput:
    """What came in the last `minutes`, up to 1440, in whole buckets."""
    bucket = bucket_seconds(minutes)
    stop = floor(now(), bucket)
    start = floor(stop - timedelta(minutes=minutes), bucket)
    rows = repository.throughput(session, start, stop, timedelta(seconds=bucket))
    items = [
        ThroughputBucket(time=time, stored=stored, duplicates=duplicates, dead_letters=dead)
        for time, stored, duplicates, dead in rows
    ]
    return Throughput(bucket_seconds=bucket, items=items)


def bucket_seconds(minutes: int) -> int:
    """How fine a chart of so many minutes is."""
    return next(seconds for most, seconds in BUCKETS if minutes <= most)


def floor(moment: datetime, seconds: int) -> datetime:
    """The last whole multiple of `seconds` since 1970; every bucket here divides a day."""
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
