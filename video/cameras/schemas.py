"""Cameras as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from center.geojson import Point
from center.requests import Body
from ingest.devices.schemas import DeviceId, Version

StreamName = Literal["main", "sub"]
CameraState = Literal[
    "online",
    "stale",
    "no_answer",
    "refused",
    "not_found",
    "wrong_password",
    "not_video",
    "no_key_frame",
    "host_unknown",
    "address_forbidden",
    "secret_unreadable",
    "unwatched",
    "disabled",
    "unset",
]
_LINE = r"^[^\x00-\x1f\x7f]*$"
User = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, pattern=_LINE),
    Field(examples=["admin"]),
]
Password = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=_LINE),
    Field(description="Kept sealed, never shown.", examples=["Street-View-7"]),
]
Heading = Annotated[float, Field(ge=0, lt=360, description="Degrees clockwise from north.")]
Tilt = Annotated[float, Field(ge=-90, le=90, description="Degrees below the horizon.")]
FieldOfView = Annotated[float, Field(gt=0, le=360, description="Horizontal, in degrees.")]
Range = Annotated[float, Field(gt=0, le=5000, description="How far it sees, in metres.")]
Height = Annotated[float, Field(ge=0, le=500, description="Metres above the ground.")]
Rhythm = Annotated[
    int,
    Field(ge=0, le=86_400, description="Seconds between snapshots; null: the setting; 0: none."),
]


class StreamSet(Body):
    """Where a stream is. A password not sent stays, as long as host and user do."""

    address: Annotated[
        str, Field(max_length=500, examples=["rtsp://10.43.8.17:554/Streaming/Channels/102"])
    ]
    user: User | None = None
    password: Password | None = None


class CameraSet(Body):
    """Everything that is set of a camera. The sub-stream is watched where there is one."""

    main: StreamSet | None = None
    sub: StreamSet | None = None
    height_m: Height | None = None
    heading_deg: Heading | None = None
    tilt_deg: Tilt | None = None
    fov_deg: FieldOfView | None = None
    range_m: Range | None = None
    snapshot_seconds: Rhythm | None = None


class StreamRead(BaseModel):
    """Where a stream is; its password is never shown."""

    address: Annotated[str, Field(examples=["rtsp://10.43.8.17:554/Streaming/Channels/102"])]
    user: Annotated[str | None, Field(examples=["admin"])]
    has_password: bool


class SnapshotRead(BaseModel):
    """A picture of a camera, kept as evidence: `GET /evidence/{sha256}`."""

    time: datetime
    sha256: Annotated[str, Field(description="Hex.", examples=[f"{0x9F86D081:064x}"])]
    width: Annotated[int, Field(examples=[1280])]
    height: Annotated[int, Field(examples=[720])]


class CameraRead(BaseModel):
    """A camera in a list."""

    device_id: DeviceId
    name: Annotated[str, Field(examples=["蒸湘区解放大道与船山路口东北角"])]
    division: Annotated[str, Field(examples=["430408"])]
    place: Point | None
    camera_number: Annotated[str | None, Field(examples=["43040800041320000017"])]
    state: CameraState
    state_since: datetime | None
    state_reason: Annotated[
        str, Field(description="More closely, in English; may be empty.", examples=["streaming"])
    ]
    width: Annotated[int | None, Field(description="Pixels of the stream watched.")]
    height: int | None
    codec: Annotated[str | None, Field(examples=["h264"])]
    height_m: float | None
    heading_deg: float | None
    tilt_deg: float | None
    fov_deg: float | None
    range_m: float | None


class CameraDetail(CameraRead):
    """One camera; its streams only for those who may set them."""

    main: StreamRead | None
    sub: StreamRead | None
    snapshot_seconds: int | None
    snapshot: Annotated[SnapshotRead | None, Field(description="The newest, if you may watch.")]
    version: Version


class StateChange(BaseModel):
    """What became of a camera."""

    time: datetime
    state: CameraState
    reason: Annotated[str, Field(examples=["connection refused"])]


class CameraCounts(BaseModel):
    """How many cameras are in each state."""

    states: dict[CameraState, int]
    total: int
