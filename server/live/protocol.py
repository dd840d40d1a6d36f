"""What viewer and server say to each other: JSON text frames, `t` names the kind."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw, Struct

from center.alarms.signals import Severity
from ingest.liveness import State as DeviceState

Topic = Literal["devices", "alarms", "figures"]
Bbox = Annotated[
    tuple[float, float, float, float],
    Meta(description="West, south, east, north in degrees, WGS-84."),
]
Cursor = Annotated[
    str, Meta(description="A place in the feed, for `hello` after the line was lost; opaque.")
]

STATES: tuple[DeviceState, ...] = ("online", "late", "offline", "unknown", "maintenance")
TOPICS: tuple[Topic, ...] = ("devices", "alarms", "figures")

# What a role needs for a topic: each of these permissions.
PERMISSIONS: dict[Topic, frozenset[str]] = {
    "devices": frozenset({"devices:read"}),
    "alarms": frozenset({"alarms:read"}),
    "figures": frozenset({"system:read", "devices:read", "alarms:read"}),
}

BAD_FRAME, TOKEN, ORIGIN, TOO_SLOW = 4400, 4401, 4403, 4408
TRY_LATER = 1013  # RFC 6455 registry: a condition that passes
RESTART = 1012  # sent by uvicorn itself when the process ends
# Why a line is cut, as figures name it.
CUTS = {
    BAD_FRAME: "bad_frame",
    TOKEN: "token",
    ORIGIN: "origin",
    TOO_SLOW: "too_slow",
    TRY_LATER: "try_later",
    RESTART: "restart",
}


# --- what a viewer says --------------------------------------------------------------------------


class Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t"):
    """A frame of a viewer."""


class Hello(Said, frozen=True, kw_only=True, tag="hello"):
    """The first frame. With the cursor of the last `devices` frame a subscription to the very
    same viewport goes on from there, if the server can: it begins with a `delta`. Otherwise, as
    every other topic does, it begins anew with a `snapshot`."""

    token: Annotated[str, Meta(description="Access token.", max_length=4096)]
    cursor: Annotated[str, Meta(max_length=200)] | None = None


class DevicesWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Devices of a viewport."""

    bbox: Bbox


class AlarmsWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """Open alarms."""


class FiguresWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """Key figures, once a second."""


class Topics(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a viewer wants to be told of; what is not named ends."""

    devices: DevicesWanted | None = None
    alarms: AlarmsWanted | None = None
    figures: FiguresWanted | None = None


class Subscribe(Said, frozen=True, kw_only=True, tag="subscribe"):
    """Replaces the whole subscription; each topic that is new or has changed begins anew."""

    topics: Topics


class Renew(Said, frozen=True, kw_only=True, tag="renew"):
    """A newer access token of the same user; `welcome` answers."""

    token: Annotated[str, Meta(max_length=4096)]


class Ping(Said, frozen=True, kw_only=True, tag="ping"):
    """Asks for a `pong`."""


Frame = Hello | Subscribe | Renew | Ping


# --- what the server says ------------------------------------------------------------------------


class Told(Struct, frozen=True, kw_only=True, tag_field="t"):
    """A frame of the server."""


class Welcome(Told, frozen=True, kw_only=True, tag="welcome"):
    """The token is good, until `session_ends_at` unless it is renewed."""

    server_time: datetime
    session_ends_at: datetime


class RenewSoon(Told, frozen=True, kw_only=True, tag="renew_soon"):
    """The token ends soon: send `renew`, else the line is cut with 4401."""

    session_ends_at: datetime


class Pong(Told, frozen=True, kw_only=True, tag="pong"):
    """The answer to `ping`."""

    server_time: datetime


class ErrorFrame(Told, frozen=True, kw_only=True, tag="error"):
    """Something is not as wanted, but the line stays: `forbidden` names a topic that the roles do
    not permit, `unavailable` says that the database is away and what is shown grows old."""

    code: Literal["forbidden", "unavailable"]
    detail: str
    topic: Topic | None = None


class States(Struct, frozen=True, kw_only=True):
    """How many devices are in each state."""

    online: int
    late: int
    offline: int
    unknown: int
    maintenance: int
    total: int


class Snapshot(Told, frozen=True, kw_only=True, tag="snapshot"):
    """All there is of a topic; replaces what was told of it before.

    `too_many`: there are more than a snapshot may hold. Of devices then none is told, but how many
    there are (`states`), again whenever that changes; of alarms the newest are.
    """

    topic: Topic
    cursor: Cursor
    items: list[Raw]
    too_many: bool = False
    states: States | None = None


class Delta(Told, frozen=True, kw_only=True, tag="delta"):
    """What has changed since the frame before of this topic. Without items: nothing has."""

    topic: Topic
    cursor: Cursor
    items: list[Raw]
    removed: list[str | int]


class LiveDevice(Struct, frozen=True, kw_only=True):
    """A device as the map shows it."""

    id: str
    k: Annotated[str, Meta(description="Kind: sensor, vehicle, epolice, camera, signal.")]
    s: DeviceState
    t: Annotated[datetime | None, Meta(description="Device time of its newest fact.")]
    p: Annotated[tuple[float, float], Meta(description="Longitude and latitude.")]
    h: Annotated[float | None, Meta(description="Heading in degrees, clockwise from north.")]
    v: Annotated[float | None, Meta(description="Speed in metres per second.")]
    q: Annotated[dict[str, float] | None, Meta(description="Latest values by quantity.")]
    a: Annotated[Severity | None, Meta(description="Worst severity of its open alarms.")]
    n: Annotated[str, Meta(description="Name.")]


class AlarmCounts(Struct, frozen=True, kw_only=True):
    """Open alarms by severity, shelved ones aside."""

    red: int
    orange: int
    yellow: int
    blue: int


class Figures(Struct, frozen=True, kw_only=True):
    """Key figures of the viewer's divisions; `messages_per_second` is of the whole system."""

    devices: States
    messages_per_second: float
    alarms: AlarmCounts
    unacknowledged: int
    gaps_open: int
    at: datetime


_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Frame)
_encoder = msgspec.json.Encoder()


class BadFrame(ValueError):
    """A frame that nobody understands; the message says why, in plain words."""


def decode(text: str) -> Frame:
    """The frame of a viewer.

    Raises:
        BadFrame: no JSON, no such kind, or a field that is wrong.
    """
    try:
        frame: Frame = _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise BadFrame(str(error) or "not a frame") from error
    if isinstance(frame, Subscribe) and frame.topics.devices is not None:
        _check(frame.topics.devices.bbox)
    return frame


def _check(bbox: tuple[float, float, float, float]) -> None:
    west, south, east, north = bbox
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadFrame("bbox is not west, south, east, north in degrees")


def encode(frame: Struct) -> bytes:
    """JSON of a frame or an item."""
    return _encoder.encode(frame)
