"""Time: UTC inside, Asia/Shanghai for people."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The current moment, aware, in UTC. Pure functions take it as an argument instead."""
    return datetime.now(UTC)
