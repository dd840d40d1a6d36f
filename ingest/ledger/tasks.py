"""What the worker does for the ledger: what can no longer matter is forgotten."""

from datetime import timedelta

import sqlalchemy as sa

from center.clock import now
from center.database import transaction
from center.logs import logger
from center.settings import IngestSettings, settings

log = logger(__name__)
# A day more than the longest time for which messages may be accepted (HENGYANG_
# INGEST_ACCEPT_PAST_SECONDS), and one for clocks.
SETTLED_AFTER = timedelta(days=9)


def forget_boots_and_gaps() -> None:
    """Removes boots that are over, and gaps that were closed before the oldest facts."""
    kept = timedelta(days=settings(IngestSettings).raw_retention_days)
    ages = {"forget_boots": SETTLED_AFTER, "forget_gaps": max(SETTLED_AFTER, kept)}
    for function, age in ages.items():
        with transaction() as session:
            gone = session.scalar(sa.text(f"SELECT {function}(:older)"), {"older": now() - age})
        if gone:
            log.info(function, rows=gone)
