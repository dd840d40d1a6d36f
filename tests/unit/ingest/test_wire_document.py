"""The AsyncAPI document: committed as it is made, whole, and true of what devices send."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, ValidationError

from ingest import wire
from ingest.commands.names import ARGS
from ingest.document import UP, document
from simulators.device import Device, Sending
from simulators.obey import hear
from simulators.rehearsal import assemble, rehearse
from simulators.scenario import load
from simulators.witness import Witness

DOCUMENT = document()
COMMITTED = Path(__file__).parents[3] / "docs" / "asyncapi.json"
NOON = 1_795_320_000.0  # 2026-11-22 12:00 in Hengyang
NIGHT = NOON + 10 * 3600  # when the road is free enough to be too fast


MESSAGES = DOCUMENT["components"]["messages"]


def validator(message: str) -> Draft202012Validator:
    reference = MESSAGES[message]["payload"]
    schema = {**reference, "components": DOCUMENT["components"]}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [found for value in node.values() for found in references(value)]
    return (
        [found for value in node for found in references(value)] if isinstance(node, list) else []
    )


def test_the_committed_document_is_the_one_the_types_make() -> None:
    assert json.loads(COMMITTED.read_text("utf-8")) == DOCUMENT, (
        "run `hengyang asyncapi > docs/asyncapi.json`"
    )


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        node = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_every_stream_of_the_wire_is_described_and_no_other() -> None:
    assert list(UP) == [*wire.UPWARD, wire.STATUS_STREAM]
    assert set(DOCUMENT["channels"]) == {*UP, *wire.DOWN_STREAMS}
    assert {kind for kind, _ in UP.values()} == {*wire.UPWARD.values(), wire.Status}


def test_each_channel_names_the_kinds_that_may_use_it() -> None:
    said = {
        stream: set(channel["parameters"]["kind"]["enum"])
        for stream, channel in DOCUMENT["channels"].items()
    }
    for stream in wire.UPWARD:
        assert said[stream] == {kind for kind in wire.KINDS if stream in wire.STREAMS[kind]}
    for stream in (wire.STATUS_STREAM, *wire.DOWN_STREAMS):
        assert said[stream] == set(wire.KINDS)


def test_every_command_that_devices_should_know_is_described() -> None:
    described = DOCUMENT["channels"]["command"]["messages"]
    assert set(described) == {"command", *(f"command_{name}" for name in ARGS)}


def test_both_forms_of_every_message_are_named() -> None:
    for stream in UP:
        forms = [MESSAGES[name]["contentType"] for name in DOCUMENT["channels"][stream]["messages"]]
        assert forms == [wire.JSON, wire.MESSAGEPACK]


def test_the_last_will_of_the_document_is_a_status() -> None:
    city = DOCUMENT["servers"]["city"]
    will = city["bindings"]["mqtt"]["lastWill"]
    validator("status").validate(json.loads(will["message"]))
    assert will["topic"] == DOCUMENT["channels"]["status"]["address"]
    assert city["security"]


@pytest.mark.parametrize("name", [name for name in MESSAGES if "examples" in MESSAGES[name]])
def test_the_examples_are_valid(name: str) -> None:
    (example,) = MESSAGES[name]["examples"]
    validator(name).validate(example["payload"])


def test_every_json_message_has_an_example() -> None:
    plain = {name for name, said in MESSAGES.items() if said["contentType"] == wire.JSON}
    assert {name for name in plain if "examples" not in MESSAGES[name]} == {"command"}


@pytest.mark.parametrize(
    ("stream", "payload"),
    [
        ("readings", {"boot": 1, "seq": 0, "time": "2026-11-22T00:00:00Z", "readings": {}}),
        ("readings", {"boot": -1, "seq": 0, "time": "2026-11-22T00:00:00Z", "readings": {"a": 1}}),
        ("readings", {"boot": 1, "time": "2026-11-22T00:00:00Z", "readings": {"a": 1}}),
        ("position", {"boot": 1, "seq": 0, "time": "2026-11-22T00:00:00Z", "lon": 400, "lat": 0}),
        ("status", {"state": "asleep"}),
        (
            "command_reboot",
            {"id": "c", "name": "reboot", "deadline": "2026-11-22T00:00:00Z", "args": {"now": 1}},
        ),
        (
            "command_set_interval",
            {"id": "c", "name": "reboot", "deadline": "2026-11-22T00:00:00Z", "args": {}},
        ),
    ],
)
def test_a_bad_payload_is_refused(stream: str, payload: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        validator(stream).validate(payload)


def conversation(name: str) -> Iterator[Sending]:
    """All that a fleet says: of its own accord, of itself, and asked by every command there is."""
    scenario = load(name)
    for start in (NOON, NIGHT):
        yield from (made for _, made in rehearse(scenario, start, 90.0) if not made.damaged)
    for device in assemble(scenario, Witness(), NOON):
        yield device.status("online", NOON)
        yield device.status("offline", None)
        yield from answers(device)


def answers(device: Device) -> Iterator[Sending]:
    deadline = datetime.fromtimestamp(NOON + 60, UTC)
    orders = {name: MESSAGES[f"command_{name}"]["examples"][0]["payload"]["args"] for name in ARGS}
    for name, args in {"unheard_of": {}, **orders}.items():
        command = wire.Command(id=f"c-{name}", name=name, args=args, deadline=deadline)
        hear(device, wire.encode(command), wire.JSON, NOON, 0.0)
    while (sending := device.next(0.0)) is not None:
        if not sending.damaged:
            yield sending
        device.answered(sending, 0, 0.0)


@pytest.mark.parametrize("name", ["demo", "faults"])
def test_every_payload_of_the_simulators_is_valid(name: str) -> None:
    validators = {stream: validator(stream) for stream in UP}
    seen = set()
    events = set()
    for sending in conversation(name):
        _, _, kind, _, stream = sending.topic.split("/")
        body = plain(sending.payload)
        validators[stream].validate(body)
        assert kind in DOCUMENT["channels"][stream]["parameters"]["kind"]["enum"]
        seen.add(stream)
        events |= {body["name"]} if stream == "event" else set()
    assert seen == set(UP)
    assert events == {wire.EVENT_ANSWER, wire.EVENT_REPORT}


def plain(payload: bytes) -> Any:
    """MessagePack carries the same fields as JSON; its times are looked at as JSON shows them."""
    if payload[:1] == b"{":
        return json.loads(payload)
    return msgspec.to_builtins(msgspec.msgpack.decode(payload))
