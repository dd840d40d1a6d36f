"""The AsyncAPI document: committed as it is made, whole, and true of what devices send."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, ValidationError

from ingest import wire
from ingest.document import DOWN, UP, document
from simulators.rehearsal import rehearse
from simulators.scenario import load

DOCUMENT = document()
COMMITTED = Path(__file__).parents[3] / "docs" / "asyncapi.json"
NOON = 1_795_320_000.0  # 2026-11-22 12:00 in Hengyang


def validator(stream: str) -> Draft202012Validator:
    reference = DOCUMENT["components"]["messages"][stream]["payload"]
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


def test_every_stream_of_the_wire_is_described() -> None:
    assert list(UP) == [*wire.UPWARD, wire.STATUS_STREAM]
    assert set(DOWN) <= set(wire.DOWN_STREAMS)
    assert {kind for kind, _ in UP.values()} == {*wire.UPWARD.values(), wire.Status}


@pytest.mark.parametrize("stream", list(UP | DOWN))
def test_the_examples_are_valid(stream: str) -> None:
    (example,) = DOCUMENT["components"]["messages"][stream]["examples"]
    validator(stream).validate(example["payload"])


@pytest.mark.parametrize(
    ("stream", "payload"),
    [
        ("readings", {"boot": 1, "seq": 0, "time": "2026-11-22T00:00:00Z", "readings": {}}),
        ("readings", {"boot": -1, "seq": 0, "time": "2026-11-22T00:00:00Z", "readings": {"a": 1}}),
        ("readings", {"boot": 1, "time": "2026-11-22T00:00:00Z", "readings": {"a": 1}}),
        ("position", {"boot": 1, "seq": 0, "time": "2026-11-22T00:00:00Z", "lon": 400, "lat": 0}),
        ("status", {"state": "asleep"}),
    ],
)
def test_a_bad_payload_is_refused(stream: str, payload: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        validator(stream).validate(payload)


@pytest.mark.parametrize("name", ["demo", "faults"])
def test_every_payload_of_the_simulators_is_valid(name: str) -> None:
    validators = {stream: validator(stream) for stream in UP}
    seen = set()
    for _, sending in rehearse(load(name), NOON, 90.0):
        if sending.damaged:
            continue
        stream = sending.topic.rsplit("/", 1)[1]
        seen.add(stream)
        validators[stream].validate(plain(sending.payload))
    assert seen == {"readings", "position", "pass"}


def plain(payload: bytes) -> Any:
    """MessagePack carries the same fields as JSON; its times are looked at as JSON shows them."""
    if payload[:1] == b"{":
        return json.loads(payload)
    return msgspec.to_builtins(msgspec.msgpack.decode(payload))
