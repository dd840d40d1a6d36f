"""What the worker does about dead letters by the clock."""

from datetime import timedelta

import sqlalchemy as sa

from center.clock import now
from center.database import transaction
from center.logs import logger
from center.settings import IngestSettings, settings

log = logger(__name__)
SLICE = 5000
_FORGET = sa.text("SELECT forget_dead_letters(:older_than, :most)")


def forget_closed() -> None:
    """Forgets those that were replayed or discarded long ago; open ones wait for a decision."""
    older_than = now() - timedelta(days=settings(IngestSettings).dead_letter_retention_days)
    gone, last = 0, SLICE
    while last == SLICE:
        with transaction() as session:
            last = session.execute(_FORGET, {"older_than": older_than, "most": SLICE}).scalar_one()
        gone += last
    if gone:
        log.info("dead_letters_forgotten", count=gone)
