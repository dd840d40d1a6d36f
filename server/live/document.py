"""The feed's protocol as a JSON Schema, and its words for TypeScript."""

from copy import deepcopy
from typing import Any

import msgspec

from center.alarms.schemas import AlarmRead
from server.live import protocol
from server.live.protocol import Figures, Frame, LiveDevice, Topic

REF = "#/$defs/{name}"
WORDS = (protocol.Welcome, protocol.RenewSoon, protocol.Pong, protocol.ErrorFrame)
ITEMS: dict[Topic, str] = {"devices": "LiveDevice", "alarms": "Alarm", "figures": "Figures"}
REMOVED: dict[Topic, str] = {"devices": "string", "alarms": "integer", "figures": "string"}

Schema = dict[str, Any]


def document() -> Schema:
    """The schema: `ClientFrame` is what a viewer may say, `ServerFrame` what it is told."""
    defs = _structs() | _alarm()
    told = [word.__name__ for word in WORDS]
    for base in ("Snapshot", "Delta"):
        common = defs.pop(base)
        for topic in protocol.TOPICS:
            name = f"{topic.title()}{base}"
            defs[name] = _of_topic(common, topic)
            told.append(name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Digital Hengyang (数字衡阳): live feed",
        "description": (protocol.__doc__ or "").strip(),
        "anyOf": [{"$ref": "#/$defs/ClientFrame"}, {"$ref": "#/$defs/ServerFrame"}],
        "$defs": dict(sorted(defs.items()))
        | {
            "ClientFrame": _any_of([kind.__name__ for kind in Frame.__args__]),
            "ServerFrame": _any_of(told),
        },
    }


def _structs() -> dict[str, Schema]:
    kinds = [*Frame.__args__, *WORDS, protocol.Snapshot, protocol.Delta, LiveDevice, Figures]
    _, found = msgspec.json.schema_components(kinds, ref_template=REF)
    return dict(found)


def _alarm() -> dict[str, Schema]:
    schema = AlarmRead.model_json_schema(ref_template="#/$defs/{model}", mode="serialization")
    return {**schema.pop("$defs", {}), "Alarm": schema | {"title": "Alarm"}}


def _of_topic(common: Schema, topic: Topic) -> Schema:
    made = deepcopy(common)
    fields = made["properties"]
    fields["topic"] = {"const": topic}
    fields["items"] = {"type": "array", "items": {"$ref": REF.format(name=ITEMS[topic])}}
    if "removed" in fields:
        fields["removed"] = {"type": "array", "items": {"type": REMOVED[topic]}}
    made["title"] = f"{topic.title()}{made['title']}"
    return made


def _any_of(names: list[str]) -> Schema:
    return {"anyOf": [{"$ref": REF.format(name=name)} for name in names]}
