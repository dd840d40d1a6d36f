"""What the rest of the system hears of cameras."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from center.events import Event, published


@published(stream="cameras")
class CameraStateChanged(Event, frozen=True, kw_only=True, tag="camera_state.changed/1"):
    """The stream of a camera came, stopped or cannot be had."""

    device: Annotated[int, Meta(description="Its number in the register.")]
    device_id: str
    division_code: str
    before: Annotated[str | None, Meta(description="None where it had no state yet.")]
    state: Annotated[str, Meta(description="`online`, or what is wrong (docs/video.md).")]
    reason: str
    since: datetime
