"""The time-table: what the worker does by the clock."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from center import idempotency
from center.alarms.tasks import forget_closed as forget_closed_alarms
from center.alarms.tasks import watch_clock
from center.audit.anchors import anchor_now
from center.database import transaction
from center.evidence.tasks import retire_old, sweep_overdue
from center.identity.login import brakes
from center.identity.sessions import service as sessions
from center.outbox.tasks import clean_sent
from center.processes.tasks import forget_lost
from ingest.commands.tasks import forget_closed
from ingest.deadletters.tasks import forget_closed as forget_closed_letters
from ingest.ledger.tasks import forget_boots_and_gaps
from ingest.series.tasks import cover_old_facts, retire_old_facts, roll_up
from server import jobs
from traffic.counts.tasks import count_passes, retire_old_counts
from video.snapshots.tasks import retire_snapshots

RETRIES = 10


@dataclass(frozen=True, slots=True)
class Periodic:
    """One row: what is run when. `cron` is in UTC; Hengyang is eight hours ahead.

    Each must bear being run twice, by two workers at once, and being cut off at any point.
    `run` is given an event that is set when the worker shall end. One that fails is tried again
    after a pause, `RETRIES` times; the next by the clock waits for its end.
    """

    name: str
    cron: str
    run: Callable[[threading.Event], None]
    pause_seconds: int = 60


def _forget_log_ins(_stop: threading.Event) -> None:
    for purge in (sessions.purge, brakes.purge, idempotency.purge):
        with transaction() as session:
            purge(session)


# Daily ones by night in Hengyang, apart from each other.
SCHEDULE = (
    Periodic("series.roll_up", "* * * * *", roll_up),
    Periodic("traffic.count", "* * * * *", count_passes),
    Periodic("evidence.sweep", "* * * * *", lambda _: sweep_overdue()),
    Periodic("alarms.watch_clock", "* * * * *", lambda _: watch_clock()),
    Periodic("jobs.tidy", "*/5 * * * *", lambda _: jobs.tidy()),
    Periodic("processes.forget", "11 * * * *", lambda _: forget_lost()),
    Periodic("outbox.clean", "23 * * * *", lambda _: clean_sent()),
    Periodic("audit.anchor", "5 16 * * *", lambda _: anchor_now()),
    Periodic("identity.forget", "35 18 * * *", _forget_log_ins),
    Periodic("commands.forget", "5 19 * * *", lambda _: forget_closed()),
    Periodic("alarms.forget", "10 19 * * *", lambda _: forget_closed_alarms()),
    Periodic("dead_letters.forget", "15 19 * * *", lambda _: forget_closed_letters()),
    Periodic("video.retire", "*/10 * * * *", retire_snapshots),
    Periodic("evidence.retire", "25 19 * * *", retire_old),
    Periodic("series.retire", "35 19 * * *", lambda _: retire_old_facts()),
    Periodic("traffic.retire", "45 19 * * *", lambda _: retire_old_counts()),
    Periodic("ledger.forget", "50 19 * * *", lambda _: forget_boots_and_gaps()),
    Periodic("series.cover", "5 20 * * *", cover_old_facts),
)
