"""How much evidence a device may send a day: a broken camera must not fill the disk of all."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.clock import SHANGHAI, now
from center.errors import TooMany
from center.settings import EvidenceSettings, settings

RETRY_SECONDS = 3600
_COUNT = sa.text("""
    INSERT INTO evidence_days AS d (device, day, bytes) VALUES (:device, :today, :size)
    ON CONFLICT (device, day) DO UPDATE SET bytes = d.bytes + excluded.bytes""")
_FORGET = sa.text("DELETE FROM evidence_days WHERE day < :today - 7")


def today() -> date:
    """The day of Hengyang that a quota is counted by."""
    return now().astimezone(SHANGHAI).date()


class QuotaUsed(TooMany):
    """The device has sent all the evidence that it may send in a day."""


def check(bytes_today: int) -> None:
    """Raises QuotaUsed where the day's share is used up."""
    if bytes_today >= settings(EvidenceSettings).evidence_device_day_bytes:
        raise QuotaUsed(retry_after=RETRY_SECONDS)


def count(session: Session, device: int, size: int) -> None:
    """Adds what was kept to the day's sum, in the transaction that keeps it."""
    session.execute(_COUNT, {"device": device, "today": today(), "size": size})


def forget(session: Session) -> None:
    """Away with the sums of days that are over."""
    session.execute(_FORGET, {"today": today()})
