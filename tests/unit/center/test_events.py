"""The registry of events: each kind once, documented, and safe to read."""

from pathlib import Path

import pytest

import ingest.processes  # noqa: F401  # the events of ingest enter the registry
import server.app  # noqa: F401  # and those of everything the API serves
import video.processes  # noqa: F401  # and those of video
from center import events
from center.events import REGISTRY, Event, FactsCommitted, UnknownEvent, published

DOCUMENT = Path(__file__).parents[3] / "docs" / "events.md"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'{"event":"nobody.knows/1"}',
        b'{"event":"facts.committed/1"}',
        b'{"event":"facts.committed/1","batch":"x"}',
        b'{"event":1}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_event_of_ours_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(UnknownEvent):
        events.decode(raw)


@pytest.mark.parametrize("tag", ["facts.committed/1", "no-version", "zero.version/0"])
def test_a_tag_is_taken_once_and_has_a_version(tag: str) -> None:
    kind = type("Wrong", (Event,), {}, frozen=True, kw_only=True, tag=tag)
    with pytest.raises(ValueError):
        published("facts")(kind)


def test_an_event_comes_back_as_it_went() -> None:
    event = FactsCommitted(batch=7, commit_no=9)
    assert events.decode(events.encode(event)) == event
    assert events.kind_of(event).name == "facts.committed"
    assert events.kind_of(event).version == 1


def test_a_field_that_a_newer_program_has_added_does_no_harm() -> None:
    raw = b'{"event":"facts.committed/1","batch":7,"commit_no":1,"colour":"red"}'
    assert events.decode(raw) == FactsCommitted(batch=7, commit_no=1)


@pytest.mark.parametrize("tag", sorted(REGISTRY))
def test_every_event_and_field_is_documented(tag: str) -> None:
    text = DOCUMENT.read_text("utf-8")
    section = text.partition(f"## `{tag}`")[2].partition("\n## ")[0]
    assert section, f"docs/events.md has no section for {tag}"
    assert f"`hy:{REGISTRY[tag].stream}`" in section
    for field in REGISTRY[tag].type.__struct_fields__:
        assert f"`{field}`" in section, field
