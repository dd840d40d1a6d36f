"""Typed events: what the parts of the system tell each other, each named and versioned once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from center.errors import HengyangError


class Event(Struct, frozen=True, kw_only=True, tag_field="event"):
    """Something that has happened and was committed; never a request, never a place for state.

    A subclass says `frozen=True, kw_only=True, tag="noun.verb/1"` and stands under `@published`.
    Fields may be added with a default; any other change is a new version beside the old one.
    """


@dataclass(frozen=True)
class EventKind:
    """One row of the registry."""

    tag: str
    stream: str
    type: type[Event]

    @property
    def name(self) -> str:
        """`evidence.overdue` of `evidence.overdue/1`."""
        return self.tag.partition("/")[0]

    @property
    def version(self) -> int:
        """1 of `evidence.overdue/1`."""
        return int(self.tag.partition("/")[2])


class UnknownEvent(HengyangError):
    """A newer or foreign program has published an event of a kind not known here."""


class _Head(Struct):
    event: str


REGISTRY: dict[str, EventKind] = {}
_head = msgspec.json.Decoder(_Head)
E = TypeVar("E", bound=Event)


def published(stream: str) -> Callable[[type[E]], type[E]]:
    """Enters an event into the registry; `stream` is the part of the bus it travels on."""

    def enter(kind: type[E]) -> type[E]:
        row = EventKind(str(kind.__struct_config__.tag), stream, kind)
        if row.version < 1 or row.tag in REGISTRY:
            raise ValueError(f"event tag {row.tag!r} is taken or is not `noun.verb/version`")
        REGISTRY[row.tag] = row
        return kind

    return enter


def kind_of(event: Event) -> EventKind:
    """The registry's row of an event."""
    return REGISTRY[str(type(event).__struct_config__.tag)]


def encode(event: Event) -> bytes:
    """JSON with the tag in the field `event`."""
    return msgspec.json.encode(event)


def decode(raw: bytes | str) -> Event:
    """The event in `encode`'s JSON.

    Raises:
        UnknownEvent: its kind is not registered in this program, or its fields are wrong.
    """
    try:
        tag = _head.decode(raw).event
        return msgspec.json.decode(raw, type=REGISTRY[tag].type)
    except KeyError as error:
        raise UnknownEvent(f"Events of kind {tag} are not known here.", event=tag) from error
    except msgspec.DecodeError as error:
        raise UnknownEvent(f"What came over the bus is no event: {error}") from error


@published(stream="facts")
class FactsCommitted(Event, frozen=True, kw_only=True, tag="facts.committed/1"):
    """A batch of device messages was committed; its rows carry this batch number."""

    batch: Annotated[int, Meta(description="Number of the batch: `batches.id`.")]
    commit_no: Annotated[int, Meta(description="Place in the order of commits, without holes.")] = 0
