"""Settings of city operations."""

from pydantic import Field

from center.settings import Settings


class RuleSettings(Settings):
    """How rules follow the committed facts."""

    rules_poll_seconds: float = Field(
        0.5,
        gt=0,
        le=10,
        description="Facts are looked for this often where the bus tells of none.",
    )
    rules_catch_up_hours: float = Field(
        24,
        gt=0,
        le=30 * 24,
        description="After a longer absence facts older than this are not judged any more.",
    )
