"""What the worker does for the outbox: old events go."""

from center.database import transaction
from center.outbox.service import SLICE, clean


def clean_sent() -> None:
    """Removes events sent a week ago, a slice a transaction."""
    last = SLICE
    while last == SLICE:
        with transaction() as session:
            last = clean(session)
