"""Messages as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from center.plates import Plate
from ingest.deadletters.models import State
from ingest.series.schemas import Motion, Pictures, Unit

Stream = Literal["readings", "position", "pass", "violation", "event"]
Arrival = Literal["direct", "late", "resent"]


class MessageValue(BaseModel):
    """The value of one quantity."""

    quantity: Annotated[str, Field(examples=["water_level"])]
    unit: Unit
    value: float


class MessageVehicle(BaseModel):
    """The vehicle of a pass (过车) or of a violation (违法); the latter has a code and a limit."""

    code: Annotated[str | None, Field(examples=["1625"])] = None
    plate: Plate
    plate_colour: Annotated[str, Field(examples=["blue"])]
    vehicle_class: Annotated[str, Field(examples=["car"])]
    lane: int
    speed_mps: float | None
    limit_mps: float | None = None
    evidence: Pictures


class MessageEvent(BaseModel):
    """What happened on the device."""

    name: Annotated[str, Field(examples=["door_opened"])]
    command: Annotated[str | None, Field(description="That it answers.", examples=["17"])]
    ok: bool | None
    detail: Annotated[str | None, Field(examples=["北侧井盖"])]


class MessageRefusal(BaseModel):
    """The dead letter (死信) that it became."""

    letter: Annotated[int, Field(description="Number of the dead letter.")]
    reason: Annotated[str, Field(examples=["implausible"])]
    reason_name_zh: Annotated[str, Field(examples=["超出合理范围"])]
    reason_name_en: Annotated[str, Field(examples=["Outside the plausible range"])]
    detail: Annotated[str, Field(examples=["water_level: 1e+09 outside -5 to 60"])]
    whole: Annotated[
        bool, Field(description="False: a single reading of a message that was stored.")
    ]
    state: State
    repeats: Annotated[int, Field(description="How often it came again.")]


class MessageRead(BaseModel):
    """One message. What its stream says is in the field of that stream; a refused message has
    `refusal` alone, and what of its head could be read."""

    stream: Annotated[str | None, Field(examples=["readings"])]
    time: Annotated[datetime | None, Field(description="Device clock; null: refused.")]
    received_at: Annotated[datetime, Field(description="Our clock; of a repeat the first time.")]
    boot: int | None
    seq: int | None
    arrival: Annotated[
        Arrival | None,
        Field(
            description="`resent`: it fills a gap that the device was asked for; `late`: it was "
            "under way for more than two minutes by the device's corrected clock."
        ),
    ] = None
    values: list[MessageValue] = []
    position: Motion | None = None
    vehicle: MessageVehicle | None = None
    event: MessageEvent | None = None
    refusal: MessageRefusal | None = None
