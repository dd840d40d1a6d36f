"""Settings of the live feed."""

from pydantic import Field

from center.settings import Settings


class LiveSettings(Settings):
    """How quickly viewers are told, and what one viewer may cost."""

    live_tick_seconds: float = Field(
        0.15, ge=0.02, le=5, description="Pause between two looks for what has changed."
    )
    live_rest_seconds: float = Field(
        60, ge=1, le=3600, description="After so long without a viewer the process looks no more."
    )
    live_hello_seconds: float = Field(
        10, ge=0.1, le=60, description="A viewer who has not signed in by then is cut."
    )
    live_session_seconds: float = Field(
        2, ge=0.1, le=60, description="Pause between two checks of the viewers' sessions."
    )
    live_patience_seconds: float = Field(
        10, ge=0.1, le=120, description="A viewer who takes no frame for so long is cut."
    )
    live_frame_bytes: int = Field(
        16_384, ge=1024, le=1_000_000, description="Largest frame that a viewer may send."
    )
    live_frames_per_second: float = Field(
        10, ge=1, le=1000, description="Frames that a viewer may send, over ten seconds on average."
    )
    live_viewers: int = Field(500, ge=1, description="Most viewers of one API process.")
    live_viewers_per_user: int = Field(
        20, ge=1, description="Most of them that are one user: a tab is one."
    )
    live_devices: int = Field(
        5000,
        ge=1,
        le=50_000,
        description="A viewport that holds more devices is told how many there are, not which.",
    )
    live_alarms: int = Field(
        2000, ge=1, le=50_000, description="Most open alarms in a snapshot; the newest ones."
    )
