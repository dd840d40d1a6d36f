"""What the worker does for the counts: counting every minute, dropping old ones daily."""

import threading
from datetime import timedelta

import sqlalchemy as sa

from center.clock import now
from center.database import transaction
from center.logs import logger
from center.settings import settings
from traffic.counts.counting import count_up
from traffic.counts.settings import TrafficSettings

log = logger(__name__)
_RETIRE = sa.text("SELECT * FROM retire_traffic_counts(:hypertable, :older_than)")


def count_passes(stop: threading.Event) -> None:
    """Counts what has been committed since the last time."""
    done = count_up(stopped=stop.is_set)
    if done.passes:
        log.info("passes_counted", batches=done.batches, passes=done.passes)


def retire_old_counts() -> None:
    """Drops old chunks, each table in a transaction of its own."""
    config = settings(TrafficSettings)
    for hypertable, days in (
        ("traffic_minutes", config.traffic_minute_retention_days),
        ("traffic_quarters", config.traffic_quarter_retention_days),
    ):
        values = {"hypertable": hypertable, "older_than": now() - timedelta(days=days)}
        with transaction() as session:
            dropped = session.execute(_RETIRE, values).scalars().all()
        if dropped:
            log.info("counts_retired", hypertable=hypertable, chunks=len(dropped))
