"""What the worker does for the ledger: what can no longer matter is forgotten."""

from datetime import timedelta

import sqlalchemy as sa

from center.clock import now
from center.database import transaction
from center.logs import logger
from center.settings import IngestSettings, settings

log = logger(__name__)
MARGIN = timedelta(days=1)


def forget_boots_and_gaps() -> None:
    """Removes boots that are over, and gaps that were closed before the oldest facts."""
    limits = settings(IngestSettings)
    accepted = timedelta(seconds=limits.ingest_accept_past_seconds) + MARGIN
    kept = timedelta(days=limits.raw_retention_days)
    for function, age in (("forget_boots", accepted), ("forget_gaps", max(accepted, kept))):
        with transaction() as session:
            gone = session.scalar(sa.text(f"SELECT {function}(:older)"), {"older": now() - age})
        if gone:
            log.info(function, rows=gone)
