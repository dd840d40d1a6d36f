"""What the worker does for the series: rolling every minute, retention every day."""

import threading

from center.database import transaction
from center.logs import logger
from center.settings import IngestSettings, settings
from ingest.series import retention
from ingest.series.rolling import roll

log = logger(__name__)


def roll_up(stop: threading.Event) -> None:
    """Closes the hours that are over and rolls what is marked."""
    done = roll(stopped=stop.is_set)
    if done.hours or done.days or done.hours_closed > 1:
        log.info(
            "rolled_up",
            hours_closed=done.hours_closed,
            hours=done.hours,
            days=done.days,
            finished=done.finished,
        )


def retire_old_facts() -> None:
    """Drops old chunks, each table in a transaction of its own; compresses where it can be."""
    for row in retention.plan(settings(IngestSettings)):
        with transaction() as session:
            dropped = retention.retire(session, row)
        if dropped:
            log.info("facts_retired", hypertable=row.hypertable, chunks=len(dropped))
    with transaction() as session:
        retention.compress(session)
