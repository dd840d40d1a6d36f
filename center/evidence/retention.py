"""How long evidence is kept: while a fact may name it, and while something living does."""

from datetime import timedelta

from sqlalchemy.orm import Session

from center.clock import now
from center.database import sql
from center.errors import HengyangError
from center.evidence.store import Store
from center.logs import logger
from center.settings import EvidenceSettings, IngestSettings

log = logger(__name__)
SLICE = 200
MARGIN_DAYS = 8  # facts go by whole chunks, and may be a week old when they come

# Conditions on a row of `evidence`: packages above add what keeps a piece beyond its time, e.g.
# an open case that names it.
HOLDERS: list[str] = []


class EvidenceTooShort(HengyangError):
    """Evidence must be kept eight days longer than the facts that name it."""


def age(evidence: EvidenceSettings, facts: IngestSettings) -> timedelta:
    """After what time evidence goes that nothing names any more.

    Raises:
        EvidenceTooShort: a stored fact could name what is gone.
    """
    if evidence.evidence_retention_days < facts.raw_retention_days + MARGIN_DAYS:
        raise EvidenceTooShort()
    return timedelta(days=evidence.evidence_retention_days)


def retire(session: Session, store: Store, older: timedelta) -> int:
    """Removes one slice of old evidence, content and row; how many.

    The content goes before the commit: cut off in between, the row is still there to try again.
    """
    held = " OR ".join(f"({condition})" for condition in HOLDERS) or "false"
    statement = sql("center.evidence", "aged").replace("{held}", held)
    rows = session.connection().exec_driver_sql(
        statement, {"older_than": now() - older, "limit": SLICE}
    )
    gone = rows.all()
    store.remove([row.sha256 for row in gone if row.state == "stored"])
    return len(gone)
