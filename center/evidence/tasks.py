"""What the worker does for evidence: pictures that never came, and those that have grown old."""

import threading
from datetime import timedelta

from center.database import transaction
from center.evidence import quota, retention
from center.evidence.service import SLICE, sweep
from center.evidence.store import store
from center.logs import logger
from center.settings import EvidenceSettings, IngestSettings, settings

log = logger(__name__)


def sweep_overdue() -> None:
    """Tells of overdue pictures, a slice a transaction."""
    grace = timedelta(seconds=settings(EvidenceSettings).evidence_grace_seconds)
    found, last = 0, SLICE
    while last == SLICE:
        with transaction() as session:
            last = sweep(session, grace)
        found += last
    if found:
        log.warning("evidence_overdue", count=found)


def retire_old(stop: threading.Event) -> None:
    """Removes what nothing names any more, a slice a transaction, and old sums of quotas."""
    older = retention.age(settings(EvidenceSettings), settings(IngestSettings))
    gone, last = 0, retention.SLICE
    while last == retention.SLICE and not stop.is_set():
        with transaction() as session:
            last = retention.retire(session, store(), older)
        gone += last
    with transaction() as session:
        quota.forget(session)
    if gone:
        log.info("evidence_retired", count=gone)
