"""Messages of devices as tests send them: every field given, any of them changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ingest import wire
from ingest.delivery import Delivery
from ingest.register import DeviceEntry
from ingest.stages import microseconds

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUANTITIES = ("water_level", "flow_rate")
PICTURE = "ab" * 32

VEHICLE = {
    "plate": "湘D12345",
    "plate_colour": "blue",
    "vehicle_class": "car",
    "lane": 2,
    "speed_mps": 13.5,
    "evidence": [PICTURE],
}
CONTENT: dict[str, dict[str, Any]] = {
    "readings": {"readings": {"water_level": 1.25, "flow_rate": 30.0}},
    "position": {"lon": 112.6, "lat": 26.9, "speed_mps": 8.0, "heading_deg": 90.0},
    "pass": VEHICLE,
    "violation": VEHICLE | {"code": "1625", "limit_mps": 16.6},
    "event": {"name": "door_opened"},
}
KINDS = {
    "readings": "sensor",
    "position": "vehicle",
    "pass": "epolice",
    "violation": "epolice",
    "event": "sensor",
}


def content(stream: str = "readings", **changed: Any) -> dict[str, Any]:
    """What such a message says."""
    numbers = {"boot": 1, "seq": 0, "time": NOON}
    return numbers | CONTENT[stream] | changed


def payload(stream: str = "readings", content_type: str = wire.JSON, **changed: Any) -> bytes:
    """Its bytes; NaN and infinities only in MessagePack."""
    encoders = {wire.JSON: msgspec.json.encode, wire.MESSAGEPACK: msgspec.msgpack.encode}
    return encoders[content_type](content(stream, **changed))


def delivery(
    device_id: str = "D-1",
    stream: str = "readings",
    *,
    kind: str | None = None,
    content_type: str | None = None,
    received: datetime | None = None,
    delay: timedelta = timedelta(seconds=0.2),
    **changed: Any,
) -> Delivery:
    """As the broker hands it over, `delay` after the device's time unless `received` is given."""
    time = changed.get("time", NOON)
    return Delivery(
        wire.topic(kind or KINDS[stream], device_id, stream),
        payload(stream, content_type or wire.JSON, **changed),
        content_type,
        microseconds(received or time + delay),
    )


def entry(device_id: str = "D-1", **changed: Any) -> DeviceEntry:
    """A sensor of two quantities: water level -5 to 60 m, flow of any size."""
    fields: dict[str, Any] = {
        "number": 7,
        "device_id": device_id,
        "kind": "sensor",
        "enabled": True,
        "division_code": "430405",
        "index": {quantity: place for place, quantity in enumerate(QUANTITIES)},
        "low": (-5.0, -1e300),
        "high": (60.0, 1e300),
        "calibration": None,
    }
    return DeviceEntry(**(fields | changed))
