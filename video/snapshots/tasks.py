"""What the worker does about snapshots and states by the clock."""

import threading
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.holding import NAMED_BY_ALARM, hold_evidence
from center.clock import now
from center.database import sql, transaction
from center.evidence.retention import HOLDERS
from center.evidence.store import Store, store
from center.logs import logger
from center.settings import settings
from video.settings import VideoSettings

log = logger(__name__)
SLICE = 500
NAMED_BY_SNAPSHOT = "EXISTS (SELECT FROM camera_snapshots s WHERE s.sha256 = evidence.sha256)"
_OLD_STATES = sa.text("DELETE FROM camera_state_log WHERE time < :older")

hold_evidence()
if NAMED_BY_SNAPSHOT not in HOLDERS:
    HOLDERS.append(NAMED_BY_SNAPSHOT)


def retire_snapshots(stop: threading.Event) -> None:
    """Removes old snapshots and their pictures, a slice a transaction, and old history."""
    limits = settings(VideoSettings)
    older = now() - timedelta(hours=limits.video_snapshot_keep_hours)
    gone, last = 0, SLICE
    while last == SLICE and not stop.is_set():
        with transaction() as session:
            last = retire(session, store(), older)
        gone += last
    with transaction() as session:
        days = timedelta(days=limits.video_log_keep_days)
        session.execute(_OLD_STATES, {"older": now() - days})
    if gone:
        log.info("snapshots_retired", count=gone)


def retire(session: Session, files: Store, older: datetime) -> int:
    """Removes one slice of snapshots; a picture stays that an alarm or a newer one names.

    The content goes before the commit: cut off in between, the rows are there to try again.
    """
    connection = session.connection()
    rows = connection.exec_driver_sql(
        sql("video.snapshots", "old"), {"older": older, "limit": SLICE}
    ).all()
    if rows:
        statement = sql("video.snapshots", "unnamed").replace("{held}", NAMED_BY_ALARM)
        hashes = sorted({bytes(row.sha256) for row in rows})
        gone = connection.exec_driver_sql(statement, {"hashes": hashes}).all()
        files.remove([row.sha256 for row in gone])
    return len(rows)
