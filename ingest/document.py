"""The wire as an AsyncAPI 3 document, made from the types of `ingest.wire`."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from ingest import wire
from ingest.commands.names import ARGS
from ingest.document_text import CONFIG, CREDENTIAL, DESCRIPTION, SERVERS, server

# Stream: what it carries, and one sentence. The order is that of the document.
UP: dict[str, tuple[type[msgspec.Struct], str]] = {
    "readings": (wire.Readings, "Values of quantities (传感器读数)."),
    "position": (wire.Position, "Where a vehicle is (车辆位置)."),
    "pass": (wire.Pass, "A vehicle passed an e-police lane (过车记录)."),
    "violation": (wire.Violation, "A traffic violation with its pictures (违法记录)."),
    "event": (wire.Event, "Something happened on the device; answers to commands (设备事件)."),
    "status": (wire.Status, "Whether the device is there: retained, and its last will (在线状态)."),
}

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
}  # fmt: skip
_ARGUMENTS: dict[str, dict[str, Any]] = {
    wire.COMMAND_RESEND: {"boot": 3, "ranges": [[17, 20]]},
    wire.COMMAND_REPORT: {},
    "reboot": {},
    "set_interval": {"seconds": 60},
    "message": {"text": "蒸湘北路 88 号井盖移位"},
    "signal_hold": {"phase": 2, "seconds": 45},
    "signal_auto": {},
    "signal_flash": {},
}


def document() -> dict[str, Any]:
    """The AsyncAPI 3.0 document as plain data; the same types give the same document."""
    types = [*(kind for kind, _ in UP.values()), wire.Command, *ARGS.values()]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Digital Hengyang device wire (数字衡阳设备接口)",
            "version": wire.ROOT.rpartition("/")[2],
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": wire.JSON,
        "servers": {name: server(*row) for name, row in SERVERS.items()},
        "channels": {
            **{stream: _channel(stream, _forms(stream)) for stream in UP},
            "command": _channel("command", ["command", *map(_command_name, ARGS)]),
            "config": _channel("config", ()) | {"description": CONFIG},
        },
        "operations": {
            **{f"receive_{stream}": _operation("receive", stream, _forms(stream)) for stream in UP},
            "send_command": _operation("send", "command", ["command", *map(_command_name, ARGS)]),
        },
        "components": {
            "messages": {**_messages(), **_commands()},
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"device": CREDENTIAL},
        },
    }


def senders(stream: str) -> list[str]:
    """Kinds of devices that may say it; status, commands and configuration are everybody's."""
    return [
        kind
        for kind, streams in wire.STREAMS.items()
        if stream in streams or stream not in wire.UPWARD
    ]


def _forms(stream: str) -> list[str]:
    return [stream, f"{stream}_msgpack"]


def _command_name(name: str) -> str:
    return f"command_{name}"


def _channel(stream: str, messages: Iterable[str]) -> dict[str, Any]:
    return {
        "address": wire.topic("{kind}", "{device_id}", stream),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "parameters": {
            "kind": {"enum": senders(stream), "description": "Kind of the device."},
            "device_id": {"description": f"Id of the device, {wire.DEVICE_ID_PATTERN}"},
        },
    }


def _operation(action: str, stream: str, messages: Iterable[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{stream}"},
        "messages": [{"$ref": f"#/channels/{stream}/messages/{name}"} for name in messages],
        "bindings": {"mqtt": {"qos": 1, "retain": stream == wire.STATUS_STREAM}},
    }


def _messages() -> dict[str, Any]:
    """Each stream in JSON, with an example, and in MessagePack."""
    made = {}
    for stream, (kind, text) in UP.items():
        plain, packed = _forms(stream)
        made[plain] = _message(plain, kind.__name__, text) | {
            "payload": _schema(kind),
            "examples": [{"payload": msgspec.to_builtins(_EXAMPLES[stream])}],
        }
        made[packed] = _message(packed, kind.__name__, text, wire.MESSAGEPACK) | {
            "payload": _schema(kind)
        }
    return made


def _commands() -> dict[str, Any]:
    """Any command, and each that every device should know with what its `args` must hold."""
    text = "What the centre asks of a device (指令); the device's own have any name and args."
    made = {"command": _message("command", "Command", text) | {"payload": _schema(wire.Command)}}
    for name, args in ARGS.items():
        known = {"name": {"const": name}, "args": _schema(args)}
        example = wire.Command(id=f"{name}-3-17", name=name, args=_ARGUMENTS[name], deadline=_AT)
        made[_command_name(name)] = _message(
            _command_name(name), args.__name__, _first_line(args)
        ) | {
            "payload": {"allOf": [_schema(wire.Command), {"properties": known}]},
            "examples": [{"payload": msgspec.to_builtins(example)}],
        }
    return made


def _message(name: str, title: str, text: str, content_type: str = wire.JSON) -> dict[str, Any]:
    return {"name": name, "title": title, "summary": text, "contentType": content_type}


def _schema(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").splitlines()[0]
