"""The order of messages in one list, how far back a page looks, and where the next one begins."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from typing import Any, NamedTuple

from ingest.messages.schemas import MessageRead

# Facts lie in chunks of a day by the device's time, and a message is at most a week old when it
# comes: so far back from the last one heard there is one at least. Twice as far, in sixteen chunks,
# the first page of a device that is new is its last one too.
LOOKBACK = timedelta(days=15)
BEYOND_ALL = 2**63 - 1  # above every boot, number and dead letter


class Mark(NamedTuple):
    """The place in the list behind which one reads on: below this fact, and this dead letter."""

    time: datetime
    boot: int
    seq: int
    letter: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The facts that a page looks at: from `floor` up to `mark`. `is_last`: none lie below."""

    mark: Mark
    floor: datetime
    is_last: bool

    def below(self, letter: int) -> Mark | None:
        """Where to read on once all of it was shown, with dead letters down to this one."""
        return None if self.is_last else Mark(self.floor, -1, -1, letter)


class Entry(NamedTuple):
    """A message, the moment by which it stands in the list, and what of the mark it moves."""

    at: datetime
    message: MessageRead
    moves: dict[str, Any]


def beginning(last_seen: datetime | None, ahead: timedelta, oldest: datetime) -> Mark:
    """The mark above everything: no clock is further `ahead` when a message comes."""
    top = oldest if last_seen is None else last_seen + ahead
    return Mark(top, BEYOND_ALL, BEYOND_ALL, BEYOND_ALL)


def stretch(mark: Mark, oldest: datetime) -> Stretch:
    """What a page looks at that begins behind `mark`; no fact is older than `oldest`."""
    floor = mark.time - LOOKBACK
    return Stretch(mark, max(floor, oldest), floor <= oldest)


def in_order(
    facts: Iterable[Entry], letters: Iterable[Entry], asked: Stretch
) -> Iterator[tuple[MessageRead, Mark]]:
    """Both as one list, each with the mark behind it. Dead letters older than the stretch wait for
    the page of their time. Each list keeps its own order, so a mark skips nothing."""
    within = (one for one in letters if asked.is_last or one.at >= asked.floor)
    mark = asked.mark
    for entry in merge(facts, within, key=lambda one: one.at, reverse=True):
        mark = mark._replace(**entry.moves)
        yield entry.message, mark
