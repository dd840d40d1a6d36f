"""Settings of the view of the whole system."""

from pydantic import Field

from center.settings import Settings


class SystemSettings(Settings):
    """What the system page cannot ask the servers themselves."""

    mqtt_queue_bytes: int = Field(
        512 * 1024 * 1024,
        ge=1024 * 1024,
        description="What the broker may hold for us (its max_queued_bytes) before it drops.",
    )
