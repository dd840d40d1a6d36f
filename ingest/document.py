"""The wire as an AsyncAPI 3 document, made from the types of `ingest.wire`."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from ingest import wire

# Stream: what it carries, and one sentence. The order is that of the document.
UP: dict[str, tuple[type[msgspec.Struct], str]] = {
    "readings": (wire.Readings, "Values of quantities (传感器读数)."),
    "position": (wire.Position, "Where a vehicle is (车辆位置)."),
    "pass": (wire.Pass, "A vehicle passed an e-police lane (过车记录)."),
    "violation": (wire.Violation, "A traffic violation with its pictures (违法记录)."),
    "event": (wire.Event, "Something happened on the device; answers to commands (设备事件)."),
    "status": (wire.Status, "Whether the device is there: retained, and its last will (在线状态)."),
}
DOWN: dict[str, tuple[type[msgspec.Struct], str]] = {
    "command": (wire.Command, "What the centre asks of a device (指令); answered by an event."),
}
ARGUMENTS = (wire.Resend,)  # types that occur inside the free `args` of a command

_AT = datetime(2026, 11, 22, 11, 5, 3, tzinfo=UTC)
_EXAMPLES: dict[str, msgspec.Struct] = {
    "readings": wire.Readings(
        boot=3, seq=41, time=_AT, readings={"water_level": 1.284, "battery_voltage": 3.61}
    ),
    "position": wire.Position(
        boot=3, seq=42, time=_AT, lon=112.6072, lat=26.8967, speed_mps=8.3, heading_deg=92.5
    ),
    "pass": wire.Pass(
        boot=3, seq=43, time=_AT, plate="湘D12345", plate_colour="blue", vehicle_class="car",
        lane=2, speed_mps=11.4, evidence=["2c" * 32],
    ),
    "violation": wire.Violation(
        boot=3, seq=44, time=_AT, code="1625", plate="湘D12345", plate_colour="blue",
        vehicle_class="car", lane=2, speed_mps=9.7,
    ),
    "event": wire.Event(
        boot=3, seq=45, time=_AT, name=wire.EVENT_ANSWER, command="resend-3-17", ok=True,
        detail="4 of 4 sent again",
    ),
    "status": wire.Status(state="online", time=_AT, boot=3),
    "command": wire.Command(
        id="resend-3-17", name=wire.COMMAND_RESEND, args={"boot": 3, "ranges": [[17, 20]]},
        deadline=_AT,
    ),
}  # fmt: skip

DESCRIPTION = """\
What devices and the centre say to each other over MQTT 5, as the centre sees it: it receives what
devices publish, and sends commands.

A device signs in with its id as user name and may publish under its own id only. Its id is its
client id as well, whatever it says: one session per device. Publish at QoS 1 and keep each message
until PUBACK says success: reason code 0x10 (no matching subscribers) and every code from 0x80 on
mean that it was not delivered. Number messages by `boot` (grows with every start, never repeats)
and `seq` (from 0 without a hole, one counter over all numbered streams); keep the last ten minutes,
and publish again, byte for byte, what a `resend` names. The content type is application/json, or
application/msgpack where the MQTT 5 property says so.
"""

# Name: protocol, port, and what it is.
SERVERS = {
    "city": ("secure-mqtt", "8883", "The city's broker (城市消息代理), with TLS."),
    "local": ("mqtt", "11883", "The local stack (本机), on 127.0.0.1 alone."),
}


def document() -> dict[str, Any]:
    """The AsyncAPI 3.0 document as plain data; the same types give the same document."""
    types = [*(kind for kind, _ in (UP | DOWN).values()), *ARGUMENTS]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    streams = UP | DOWN
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Digital Hengyang device wire (数字衡阳设备接口)",
            "version": wire.ROOT.rpartition("/")[2],
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "servers": {name: _server(*row) for name, row in SERVERS.items()},
        "defaultContentType": wire.JSON,
        "channels": {stream: _channel(stream) for stream in streams},
        "operations": {
            **{f"receive_{stream}": _operation("receive", stream) for stream in UP},
            **{f"send_{stream}": _operation("send", stream) for stream in DOWN},
        },
        "components": {
            "securitySchemes": {
                "credential": {
                    "type": "userPassword",
                    "description": "The device's id and its credential.",
                }
            },
            "messages": {
                stream: _message(stream, kind, text) for stream, (kind, text) in streams.items()
            },
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _server(protocol: str, port: str, text: str) -> dict[str, Any]:
    return {
        "host": "{host}:{port}",
        "protocol": protocol,
        "protocolVersion": "5.0",
        "description": text,
        "variables": {"host": {}, "port": {"default": port}},
        "security": [{"$ref": "#/components/securitySchemes/credential"}],
    }


def _channel(stream: str) -> dict[str, Any]:
    return {
        "address": wire.topic("{kind}", "{device_id}", stream),
        "messages": {stream: {"$ref": f"#/components/messages/{stream}"}},
        "parameters": {
            "kind": {"enum": list(wire.KINDS), "description": "Kind of the device."},
            "device_id": {"description": f"Id of the device, {wire.DEVICE_ID_PATTERN}"},
        },
    }


def _operation(action: str, stream: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{stream}"},
        "messages": [{"$ref": f"#/channels/{stream}/messages/{stream}"}],
        "bindings": {"mqtt": {"qos": 1, "retain": stream == wire.STATUS_STREAM}},
    }


def _message(stream: str, kind: type[msgspec.Struct], text: str) -> dict[str, Any]:
    return {
        "name": stream,
        "title": kind.__name__,
        "summary": text,
        "contentType": wire.JSON,
        "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        "examples": [{"payload": msgspec.to_builtins(_EXAMPLES[stream])}],
    }
