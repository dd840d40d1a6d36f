"""Devices as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from center.requests import Body
from ingest.devices.place import Point
from ingest.quantities.schemas import Key, QuantityRead

Kind = Literal["sensor", "vehicle", "epolice", "camera", "signal"]
State = Literal["unknown", "online", "late", "offline", "maintenance"]

_PLAIN = r"^[^\x00-\x1f\x7f]*$"
DeviceId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$"),
    Field(description="Name on the wire, never changed, never used again.", examples=["WL-0001"]),
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200, pattern=_PLAIN),
    Field(examples=["市水务局"]),
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_PLAIN),
    Field(examples=["蒸水河西渡桥水位站"]),
]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=200, pattern=_PLAIN),
    Field(examples=["清淤"]),
]
Division = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{6,12}$"),
    Field(description="Division code (区划代码), 6 to 12 digits.", examples=["430408"]),
]
ComponentCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{16}$"),
    Field(description="Component (部件) identifier.", examples=["4304080103000017"]),
]
CameraNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{20}$"),
    Field(description="GB/T 28181 number.", examples=["43040800041320000017"]),
]
Version = Annotated[int, Field(description="Counts its changes; the ETag.", examples=[3])]
Interval = Annotated[
    int,
    Field(ge=1, le=604_800, description="Seconds between messages; null: speaks when it must."),
]


def _not_zero(scale: float) -> float:
    if abs(scale) < 1e-9:  # ingest divides by it to check raw values
        raise ValueError("scale must not be 0")
    return scale


class Calibration(Body):
    """True value = raw value * scale + offset."""

    scale: Annotated[float, Field(gt=-1e6, lt=1e6), AfterValidator(_not_zero)] = 1.0
    offset: Annotated[float, Field(gt=-1e9, lt=1e9)] = 0.0


class MaintenanceRead(BaseModel):
    """Somebody works on the device: its silence means nothing until then."""

    reason: Annotated[str, Field(examples=["清淤"])]
    since: datetime
    until: datetime


class DeviceRead(BaseModel):
    """A device in a list."""

    device_id: DeviceId
    name: Annotated[str, Field(examples=["蒸水河西渡桥水位站"])]
    kind: Kind
    model: Annotated[str, Field(examples=["generic-water-level"])]
    owner: Annotated[str, Field(description="Who it belongs to (权属).", examples=["市水务局"])]
    division: Division
    place: Point | None
    component_code: Annotated[str | None, Field(examples=["4304080103000017"])]
    camera_number: Annotated[str | None, Field(examples=["43040800041320000017"])]
    state: State
    state_since: datetime | None
    state_reason: Annotated[str, Field(examples=["reporting"])]
    last_seen: Annotated[datetime | None, Field(description="Last sign of life, our clock.")]
    clock_skew_seconds: Annotated[
        float | None, Field(description="Its clock minus ours at the last message.")
    ]
    expected_interval_seconds: int | None
    maintenance: MaintenanceRead | None
    enabled: bool
    retired_at: datetime | None


class DeviceDetail(DeviceRead):
    """Everything about one device but its secret."""

    quantities: list[QuantityRead]
    calibration: dict[str, Calibration]
    retired_reason: Annotated[str | None, Field(examples=["桥梁拆除"])]
    credential_rotated_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: Version


class DeviceCreated(DeviceDetail):
    """A new device with its credential, shown this once."""

    credential: Annotated[
        str | None,
        Field(
            description="Null when the request was sent again: rotate for a new one.",
            examples=["k" * 43],
        ),
    ]


class DeviceCreate(Body):
    """A device to register. Its kind is that of its model."""

    device_id: DeviceId
    name: Name
    model: Annotated[str, Field(max_length=64, examples=["generic-water-level"])]
    owner: Line = ""
    division: Division
    place: Point | None = None
    component_code: ComponentCode | None = None
    camera_number: CameraNumber | None = None
    expected_interval_seconds: Interval | None = 60
    calibration: Annotated[dict[Key, Calibration], Field(max_length=64)] = {}


class DeviceChange(Body):
    """What of a device may change; fields not sent stay as they are."""

    name: Name | None = None
    owner: Line | None = None
    division: Division | None = None
    place: Point | None = None
    component_code: ComponentCode | None = None
    camera_number: CameraNumber | None = None
    expected_interval_seconds: Interval | None = None
    calibration: Annotated[dict[Key, Calibration], Field(max_length=64)] | None = None
    enabled: Annotated[bool | None, Field(description="False: may not connect for now.")] = None


class MaintenanceSet(Body):
    """Maintenance mode (维护) always ends by itself."""

    reason: Reason
    until: AwareDatetime


class Retirement(Body):
    """Why a device is taken out for good."""

    reason: Reason


class Rotation(Body):
    """Why a device gets a new credential; it may be left unsaid."""

    reason: Reason | None = None


class CredentialRead(BaseModel):
    """A credential, shown this once."""

    device_id: DeviceId
    credential: Annotated[str, Field(examples=["k" * 43])]
    rotated_at: datetime
