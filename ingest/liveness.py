"""Whether a device is there: last will, last message and expected interval weighed together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

import psycopg

from center.database import sql

State = Literal["unknown", "online", "late", "offline", "maintenance"]

# A message may be a whole interval late by its phase alone; two missing ones are worth a look,
# five are an absence. The slack covers network, broker and our own commit.
LATE_AFTER_INTERVALS: Final = 2
OFFLINE_AFTER_INTERVALS: Final = 5
WATCHER_SILENT: Final = timedelta(seconds=30)  # six beats of its heart: what it said is old
SLACK: Final = timedelta(seconds=10)

RETIRED: Final = "retired"
DISABLED: Final = "disabled"
IN_MAINTENANCE: Final = "in maintenance"
NEVER_HEARD: Final = "never heard of"
LAST_WILL: Final = "last will"
REPORTING: Final = "reporting"
CONNECTED: Final = "connected"
SILENT: Final = "silent"
NO_INTERVAL: Final = "no interval to judge by"


class Period(NamedTuple):
    """From a moment up to another, both aware."""

    start: datetime
    end: datetime


class Watched(NamedTuple):
    """What a program of ours says that watches the device by another way than messages."""

    state: Literal["online", "offline", "unknown"]
    reason: str
    since: datetime


@dataclass(frozen=True)
class Signs:
    """All that is known of one device; every moment is of our own clock.

    `will_state` and `will_at`: what the retained status says and when it first came to us.
    `last_seen`: when the last numbered message was received. `interval` in seconds; None for
    devices that speak only when something happens. `watched`: only while the watcher lives.
    """

    will_state: Literal["online", "offline"] | None = None
    will_at: datetime | None = None
    last_seen: datetime | None = None
    interval: int | None = None
    maintenance: Period | None = None
    enabled: bool = True
    retired: bool = False
    watched: Watched | None = None


class Verdict(NamedTuple):
    """What a device is, why, and since when."""

    state: State
    reason: str
    since: datetime


def assess(
    signs: Signs,
    before: Verdict | None,
    now: datetime,
    blind: Sequence[Period] = (),
    unconfirmed_before: datetime | None = None,
) -> Verdict:
    """The state of one device at `now`.

    `blind` are periods in which we ourselves did not commit (no overlaps; `merged` makes them so):
    silence in them is our own and is not counted, and what was received in them, out of the
    broker's queue, does not outweigh a last will. A connection of which the device has said nothing
    since `unconfirmed_before` may have ended unseen with the broker. `since` never lies before the
    state before it.
    """
    state, reason, since = _judge(signs, now, blind, unconfirmed_before)
    if before is None:
        return Verdict(state, reason, min(since, now))
    if before.state == state:
        return Verdict(state, reason, before.since)
    return Verdict(state, reason, max(before.since, min(since, now)))


def _judge(
    signs: Signs, now: datetime, blind: Sequence[Period], unconfirmed_before: datetime | None
) -> Verdict:
    if signs.retired:
        return Verdict("unknown", RETIRED, now)
    if not signs.enabled:
        return Verdict("unknown", DISABLED, now)
    window = signs.maintenance
    if window is not None and window.start <= now < window.end:
        return Verdict("maintenance", IN_MAINTENANCE, window.start)
    if signs.watched is not None:
        return Verdict(*signs.watched)
    if signs.will_state == "offline" and signs.will_at and not _outlived(signs, blind):
        return Verdict("offline", LAST_WILL, signs.will_at)
    return _judge_silence(signs, now, blind, unconfirmed_before)


def _outlived(signs: Signs, blind: Sequence[Period]) -> bool:
    """Whether the device spoke after its last will: received later, and not out of a queue."""
    if signs.last_seen is None or signs.will_at is None:
        return False
    late = signs.last_seen > signs.will_at + SLACK
    return late and not any(start <= signs.last_seen <= end for start, end in blind)


def _judge_silence(
    signs: Signs, now: datetime, blind: Sequence[Period], unconfirmed_before: datetime | None
) -> Verdict:
    connected = signs.will_at if signs.will_state == "online" else None
    life = max((sign for sign in (connected, signs.last_seen) if sign is not None), default=None)
    if life is None:
        return Verdict("unknown", NEVER_HEARD, now)
    if signs.interval is None:
        # Nothing to measure silence by: only the broker knows whether the device is there, and
        # one that was killed goes on saying so of every device that was.
        is_confirmed = unconfirmed_before is None or life >= unconfirmed_before
        if connected is not None and is_confirmed:
            return Verdict("online", CONNECTED, connected)
        return Verdict("unknown", NO_INTERVAL, now)
    silence = now - life - blindness(Period(life, now), blind)
    if silence > signs.interval * OFFLINE_AFTER_INTERVALS * SECOND + SLACK:
        return Verdict("offline", SILENT, now)
    if silence > signs.interval * LATE_AFTER_INTERVALS * SECOND + SLACK:
        return Verdict("late", SILENT, now)
    return Verdict("online", REPORTING if life == signs.last_seen else CONNECTED, life)


SECOND: Final = timedelta(seconds=1)


def blindness(span: Period, blind: Iterable[Period]) -> timedelta:
    """How much of `span` lies inside the periods, which do not overlap each other."""
    overlaps = (min(span.end, end) - max(span.start, start) for start, end in blind)
    return sum((overlap for overlap in overlaps if overlap > timedelta()), timedelta())


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same moments as periods in order, none touching another, none empty."""
    result: list[Period] = []
    for period in sorted(period for period in periods if period.start < period.end):
        if result and period.start <= result[-1].end:
            result[-1] = Period(result[-1].start, max(result[-1].end, period.end))
        else:
            result.append(period)
    return result


class Transition(NamedTuple):
    """A device that changed its state; `before` is None where it had none."""

    device: int
    device_id: str
    division_code: str
    before: str | None
    state: str
    reason: str
    since: datetime


def refresh(
    connection: psycopg.Connection[Any],
    now: datetime,
    blind: Iterable[Period] = (),
    unconfirmed_before: datetime | None = None,
) -> list[Transition]:
    """Judges every device at once, writes what changed, returns the changes of state.

    The statement does in one pass what `assess` does for one device; a test holds them equal.
    """
    periods = merged(blind)
    with connection.cursor() as cursor:
        cursor.execute(
            sql("ingest", "liveness"),
            {
                "now": now,
                "blind_from": [period.start for period in periods],
                "blind_to": [period.end for period in periods],
                "late": LATE_AFTER_INTERVALS,
                "offline": OFFLINE_AFTER_INTERVALS,
                "slack": SLACK,
                "watcher_silent": WATCHER_SILENT,
                "unconfirmed_before": unconfirmed_before,
            },
        )
        changed = [Transition(*row) for row in cursor]
    return [transition for transition in changed if transition.before != transition.state]
