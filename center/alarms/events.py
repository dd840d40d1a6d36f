"""What the rest of the system hears of alarms."""

from typing import Annotated, Literal

from msgspec import Meta

from center.alarms.lifecycle import State
from center.alarms.signals import Severity
from center.events import Event, published

What = Literal[
    "raised", "acknowledged", "cleared", "escalated", "shelved", "unshelved", "closed", "noted",
    "repeated",
]  # fmt: skip


@published(stream="alarms")
class AlarmChanged(Event, frozen=True, kw_only=True, tag="alarm.changed/1"):
    """Something happened to an alarm; who shows it reads the alarm again."""

    alarm: int
    version: Annotated[int, Meta(description="Of the alarm after it; `repeated` leaves it.")]
    what: What
    state: State
    severity: Severity
    division_code: str
    device: Annotated[int | None, Meta(description="Its number in the register.")]
    group: int | None
