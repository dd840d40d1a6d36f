"""How full the broker is, and when that must be told: before it drops, and when it has dropped."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from center.events import Event
from ingest.warden.events import BrokerDropped, BrokerFilling

FILLING: Final = 0.5  # of the limit
EMPTIED: Final = 0.25


class Level(NamedTuple):
    """What was last told. `dropped` is None while the broker has not said how many."""

    filling: bool = False
    dropped: int | None = None


def rise(before: Level, said: Mapping[str, str], limit: int) -> tuple[Level, list[Event]]:
    """The level after what the broker says of itself (`$SYS`), and what is to be told of it."""
    events: list[Event] = []
    filling, dropped = before
    held = _number(said, "bytes_held")
    if held is not None:
        filling = held >= limit * (EMPTIED if before.filling else FILLING)
        if filling != before.filling:
            events.append(BrokerFilling(filling=filling, bytes_held=held, limit=limit))
    total = _number(said, "messages_dropped")
    if total is not None:
        since = total - _known(before.dropped, total)
        if since:
            events.append(BrokerDropped(messages=since, total=total))
        dropped = total
    return Level(filling, dropped), events


def _known(before: int | None, total: int) -> int:
    if before is None:
        return total  # dropped before we looked: nobody can say when
    return before if before <= total else 0  # less than before: it has started again


def _number(said: Mapping[str, str], name: str) -> int | None:
    text = said.get(name, "")
    return int(text) if text.isdecimal() else None
