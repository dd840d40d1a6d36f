"""What the rest of the system hears of devices."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from center.events import Event, published


@published(stream="devices")
class DeviceMisnumbers(Event, frozen=True, kw_only=True, tag="device.misnumber/1"):
    """A device left holes everywhere in its numbers; they were closed up to before `floor`."""

    device: Annotated[int, Meta(description="Its number in the register.")]
    device_id: str
    division_code: str
    boot: int
    first: Annotated[int, Meta(description="The first of the numbers that were closed.")]
    floor: Annotated[int, Meta(description="The first number that was not.")]


@published(stream="devices")
class DeviceStateChanged(Event, frozen=True, kw_only=True, tag="device_state.changed/1"):
    """A device came, fell silent, left or went into maintenance, by our judgement."""

    device: Annotated[int, Meta(description="Its number in the register.")]
    device_id: str
    division_code: str
    before: Annotated[str | None, Meta(description="None where it had no state yet.")]
    state: Annotated[str, Meta(description="unknown, online, late, offline or maintenance.")]
    reason: str
    since: datetime
