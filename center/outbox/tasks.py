"""What the worker does for the outbox: old events go."""

from center.database import transaction
from center.outbox.service import SLICE, clean
from center.settings import RedisSettings, settings


def clean_sent() -> None:
    """Removes events sent long ago, a slice a transaction."""
    days, last = settings(RedisSettings).outbox_keep_days, SLICE
    while last == SLICE:
        with transaction() as session:
            last = clean(session, days)
