"""What the worker does for evidence: it looks for pictures that never came."""

from datetime import timedelta

from center.database import transaction
from center.evidence.service import SLICE, sweep
from center.logs import logger
from center.settings import EvidenceSettings, settings

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
