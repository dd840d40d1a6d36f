"""Settings of the counts."""

from pydantic import Field

from center.settings import Settings


class TrafficSettings(Settings):
    """How long counts of passes are kept; both outlive the passes themselves."""

    traffic_minute_retention_days: int = Field(
        366, ge=16, description="Counts by minute older than this go."
    )
    traffic_quarter_retention_days: int = Field(
        5 * 366, ge=92, description="Counts by quarter of an hour older than this go."
    )
