"""What the worker does for evidence: it looks for pictures that never came."""

from center.database import transaction
from center.evidence.service import SLICE, sweep
from center.logs import logger

log = logger(__name__)


def sweep_overdue() -> None:
    """Tells of overdue pictures, a slice a transaction."""
    found, last = 0, SLICE
    while last == SLICE:
        with transaction() as session:
            last = sweep(session)
        found += last
    if found:
        log.warning("evidence_overdue", count=found)
