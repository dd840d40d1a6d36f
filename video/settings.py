"""Settings of video."""

from pydantic import Field

from center.settings import Settings


class VideoSettings(Settings):
    """How cameras are watched and shown."""

    video_camera_networks: tuple[str, ...] = Field(
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
        description="Networks in which cameras stand, as a JSON list of CIDR: no address outside"
        " them is ever connected to, whatever a name resolves to.",
    )
    video_open_seconds: float = Field(
        6, ge=1, le=60, description="A camera that has not answered after this does not answer."
    )
    video_read_seconds: float = Field(
        8, ge=1, le=120, description="A stream from which nothing came for so long has stopped."
    )
    video_key_frame_seconds: float = Field(
        15,
        ge=2,
        le=600,
        description="A stream without a whole picture for so long is told of; longer than the"
        " longest distance of key frames.",
    )
    video_check_seconds: float = Field(
        20, ge=1, le=3600, description="A key frame of each stream is decoded this often."
    )
    video_retry_seconds: float = Field(
        30,
        ge=1,
        le=3600,
        description="Longest pause before a dead camera is tried again; it grows up to this and is"
        " spread at random.",
    )
    video_knocks: int = Field(
        256, ge=8, le=4096, description="Cameras that a process asks at once whether they answer."
    )
    video_opens: int = Field(
        128,
        ge=2,
        le=1024,
        description="Streams that a process opens at once; half of them are kept for cameras that"
        " did not fail the last time.",
    )
    video_snapshot_seconds: int = Field(
        300,
        ge=0,
        le=86_400,
        description="A snapshot of each camera is kept this often, where the camera has no rhythm"
        " of its own; 0: none.",
    )
    video_snapshot_keep_hours: float = Field(
        72, gt=0, le=24 * 366, description="Snapshots that no alarm names go after this."
    )
    video_log_keep_days: int = Field(
        183, ge=1, le=3660, description="What became of a camera is kept for so long."
    )
    video_live_host: str = Field(
        "127.0.0.1",
        description="Address of this host at which a worker hands live pictures to the API's"
        " processes; a port is found by itself. Only for networks of our own.",
    )
    video_viewers: int = Field(
        200, ge=1, le=10_000, description="Live pictures that a process hands out at once."
    )
    video_viewer_bytes: int = Field(
        4 * 1024 * 1024,
        ge=64 * 1024,
        description="What waits for one viewer; one with more is too slow and is cut.",
    )
