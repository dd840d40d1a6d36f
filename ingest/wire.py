"""The wire: what devices and the centre say to each other over MQTT 5. Imports nothing of ours."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

# What a device of each kind may say beside its status. A camera's and a signal controller's values
# (temperature, voltage, phase) are readings; passes and violations come from e-police sites alone,
# since only their pictures are evidence, and only what moves has positions.
STREAMS: dict[str, tuple[str, ...]] = {
    "sensor": ("readings", "event"),
    "vehicle": ("position", "readings", "event"),
    "epolice": ("pass", "violation", "readings", "event"),
    "camera": ("readings", "event"),
    "signal": ("readings", "event"),
}
KINDS = tuple(STREAMS)
NUMBERED_STREAMS = ("readings", "position", "pass", "violation", "event")
STATUS_STREAM = "status"
DOWN_STREAMS = ("command", "config")
DEVICE_ID_PATTERN = r"^[A-Za-z0-9_-]{1,40}$"
ROOT = "hy/v1"
MESSAGEPACK = "application/msgpack"
JSON = "application/json"

Boot = Annotated[
    int, Meta(ge=0, le=2**62, description="Start of the device: grows by each, never reused.")
]
Seq = Annotated[
    int,
    Meta(ge=0, le=2**62, description="Number of the message since the start, from 0, no hole."),
]
Sha256 = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of a picture in the evidence store.")
]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="WGS-84 degrees east.")]
Latitude = Annotated[float, Meta(ge=-90, le=90, description="WGS-84 degrees north.")]
Speed = Annotated[float, Meta(ge=0, le=150, description="Metres per second.")]
Words = Annotated[str, Meta(max_length=2000)]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


def topic(kind: str, device_id: str, stream: str) -> str:
    """`hy/v1/{kind}/{device_id}/{stream}`: the one place where a topic is put together."""
    return f"{ROOT}/{kind}/{device_id}/{stream}"


class Numbered(Struct, kw_only=True):
    """A message the ledger counts: `(boot, seq)` names it once and for ever."""

    boot: Boot
    seq: Seq
    time: Annotated[datetime, Meta(tz=True, description="Device clock, RFC 3339.")]


class Readings(Numbered, kw_only=True):
    """Values of quantities at one moment. Units are those of the quantity table."""

    readings: Annotated[dict[str, float], Meta(min_length=1, max_length=64)]


class Position(Numbered, kw_only=True):
    """Where a vehicle (城管车) is."""

    lon: Longitude
    lat: Latitude
    speed_mps: Speed
    heading_deg: Annotated[float, Meta(ge=0, lt=360, description="Degrees clockwise from north.")]
    accuracy_m: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


class Pass(Numbered, kw_only=True):
    """A vehicle passed an e-police (电子警察) lane (过车记录)."""

    plate: Annotated[str, Meta(max_length=16, description="As read; empty where unreadable.")]
    plate_colour: Literal["blue", "yellow", "white", "black", "green", "yellow_green", "unknown"]
    vehicle_class: Annotated[str, Meta(max_length=32)]
    lane: Annotated[int, Meta(ge=1, le=32)]
    speed_mps: Speed | None = None
    evidence: Annotated[list[Sha256], Meta(max_length=8)] = []


class Violation(Numbered, kw_only=True):
    """A traffic violation (违法) with its pictures."""

    code: Annotated[str, Meta(pattern=r"^[0-9A-Z]{4,8}$", description="National violation code.")]
    plate: Annotated[str, Meta(max_length=16)]
    plate_colour: Literal["blue", "yellow", "white", "black", "green", "yellow_green", "unknown"]
    vehicle_class: Annotated[str, Meta(max_length=32)]
    lane: Annotated[int, Meta(ge=1, le=32)]
    speed_mps: Speed | None = None
    limit_mps: Speed | None = None
    evidence: Annotated[list[Sha256], Meta(max_length=8)] = []


class Announcement(Struct, kw_only=True):
    """The newest number a device has given out in one boot."""

    boot: Boot
    last: Seq


class Event(Numbered, kw_only=True):
    """Something happened on the device: an answer to a command, a report, a door opened."""

    name: Name
    command: Annotated[str, Meta(max_length=40)] | None = None
    ok: bool | None = None
    detail: Words | None = None
    announce: Annotated[list[Announcement], Meta(max_length=64)] = []


class Status(Struct, kw_only=True):
    """Whether the device is there: retained, and its last will. Carries no number."""

    state: Literal["online", "offline"]
    time: Annotated[datetime, Meta(tz=True)] | None = None
    boot: Boot | None = None


class Command(Struct, kw_only=True):
    """What the centre asks of a device; answered by an `event` named `answer`."""

    id: Annotated[str, Meta(max_length=40)]
    name: Name
    args: dict[str, Any] = {}
    deadline: Annotated[datetime, Meta(tz=True)]


class Resend(Struct, kw_only=True):
    """`args` of the command `resend`: publish these messages again, byte for byte."""

    boot: Boot
    ranges: Annotated[list[tuple[Seq, Seq]], Meta(min_length=1, max_length=256)]


UPWARD: dict[str, type[Numbered]] = {
    "readings": Readings,
    "position": Position,
    "pass": Pass,
    "violation": Violation,
    "event": Event,
}

EVENT_ANSWER = "answer"
EVENT_REPORT = "report"
COMMAND_RESEND = "resend"
COMMAND_REPORT = "report"


def encode(message: Struct, content_type: str = JSON) -> bytes:
    """Bytes of a message as JSON (default) or MessagePack."""
    if content_type == MESSAGEPACK:
        return msgspec.msgpack.encode(message)
    return msgspec.json.encode(message)
