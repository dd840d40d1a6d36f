"""What the worker does for the series: rolling every minute, looking after old facts daily."""

import threading

from center.database import transaction
from center.logs import logger
from center.settings import IngestSettings, settings
from ingest.series import retention
from ingest.series.covering import COVERED, ChunkInUse, cover_next
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


def cover_old_facts(stop: threading.Event) -> None:
    """Indexes old chunks, one a transaction; where the server compresses, it does that."""
    with transaction() as session:
        if retention.compress(session):
            return
    for hypertable in COVERED:
        try:
            _cover(hypertable, stop)
        except ChunkInUse:
            log.warning("chunk_in_use", hypertable=hypertable)


def _cover(hypertable: str, stop: threading.Event) -> None:
    while not stop.is_set():
        with transaction() as session:
            chunk = cover_next(session, hypertable)
        if chunk is None:
            return
        log.info("facts_covered", hypertable=hypertable, chunk=chunk)


def retire_old_facts() -> None:
    """Drops old chunks, each table in a transaction of its own."""
    for row in retention.plan(settings(IngestSettings)):
        with transaction() as session:
            dropped = retention.retire(session, row)
        if dropped:
            log.info("facts_retired", hypertable=row.hypertable, chunks=len(dropped))
