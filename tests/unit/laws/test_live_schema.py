"""Laws of the live feed's document: it is the protocol as it is now, and the web knows it."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from server.live import protocol
from server.live.document import document
from server.live.typescript import typescript


def test_the_schema_is_that_of_the_protocol() -> None:
    """`hengyang live-schema > docs/live.schema.json` brings it up to date."""
    assert json.loads(Path("docs/live.schema.json").read_text("utf-8")) == document()


def test_the_web_has_its_types() -> None:
    """`hengyang live-schema --typescript > web/src/live/protocol.ts` does."""
    assert Path("web/src/live/protocol.ts").read_text("utf-8") == typescript(document())


def test_what_is_sent_is_of_the_schema() -> None:
    schema = document()
    Draft202012Validator.check_schema(schema)
    states = protocol.States(online=1, late=0, offline=0, unknown=0, maintenance=0, total=1)
    sent = (
        protocol.Delta(topic="devices", cursor="1", items=[], removed=["A"]),
        protocol.Snapshot(topic="devices", cursor="1", items=[], too_many=True, states=states),
        protocol.ErrorFrame(code="forbidden", detail="no", topic="alarms"),
    )
    for frame in sent:
        told = {**schema, "anyOf": [{"$ref": "#/$defs/ServerFrame"}]}
        Draft202012Validator(told).validate(json.loads(protocol.encode(frame)))
