"""How a message came: at once, long after its time, or when it was asked for again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ingest.messages.schemas import Arrival

# A message is rarely longer under way: ingest/series/rolling.py closes an hour after it, too.
LATE_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """Numbers `first` to before `beyond` of a boot that were missed and asked for `since` then."""

    boot: int
    first: int
    beyond: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a device's boots: gaps it was asked for, and its clock minus ours in s."""

    asked: Iterable[Asked] = ()
    skews: Mapping[int, float] = field(default_factory=dict)


def arrival(past: Past, received_at: datetime, time: datetime, boot: int, seq: int) -> Arrival:
    """How the message of this number came; `time` is the device's."""
    if any(
        gap.boot == boot and gap.first <= seq < gap.beyond and received_at >= gap.since
        for gap in past.asked
    ):
        return "resent"
    under_way = received_at - time + timedelta(seconds=past.skews.get(boot, 0.0))
    return "late" if under_way > LATE_AFTER else "direct"
