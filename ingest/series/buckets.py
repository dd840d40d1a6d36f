"""The widths of a series, the longest window of each, and where windows begin and end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from center.clock import SHANGHAI
from center.errors import Invalid

MAX_POINTS = 20_000  # of raw values; a chart shows a tenth of that


class Bucket(StrEnum):
    """How wide the points of a series are; `raw` gives every value as it came."""

    RAW = "raw"
    MINUTE = "1m"
    FIVE_MINUTES = "5m"
    QUARTER = "15m"
    HOUR = "1h"
    DAY = "1d"


class WindowInvalid(Invalid):
    """`start` must lie before `end`."""


class WindowTooLong(Invalid):
    """The window is too long for points this narrow: take a wider bucket or a shorter window."""


class TooManyPoints(Invalid):
    """The window holds too many values: take a bucket or a shorter window."""


def _exactly(moment: datetime, _width: timedelta) -> datetime:
    return moment


def _by_width(moment: datetime, width: timedelta) -> datetime:
    seconds = moment.timestamp() // width.total_seconds() * width.total_seconds()
    return datetime.fromtimestamp(seconds, UTC)


def _by_city_day(moment: datetime, _width: timedelta) -> datetime:
    local = moment.astimezone(SHANGHAI)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: query, width, longest window, the begin of a moment's bucket, if from rollups."""

    query: str
    width: timedelta
    longest: timedelta
    floor: Callable[[datetime, timedelta], datetime]
    rolled: bool = False

    def align(self, moment: datetime) -> datetime:
        """The begin of the bucket that holds the moment, in UTC."""
        return self.floor(moment, self.width)


# Days are the city's; every narrower width divides the hour and Shanghai is whole hours from UTC.
RULES = {
    Bucket.RAW: Rule("series_raw", timedelta(0), timedelta(days=31), _exactly),
    Bucket.MINUTE: Rule("series_short", timedelta(minutes=1), timedelta(days=7), _by_width),
    Bucket.FIVE_MINUTES: Rule("series_short", timedelta(minutes=5), timedelta(days=31), _by_width),
    Bucket.QUARTER: Rule("series_short", timedelta(minutes=15), timedelta(days=92), _by_width),
    Bucket.HOUR: Rule(
        "series_hours", timedelta(hours=1), timedelta(days=400), _by_width, rolled=True
    ),
    Bucket.DAY: Rule(
        "series_days", timedelta(days=1), timedelta(days=4000), _by_city_day, rolled=True
    ),
}


@dataclass(frozen=True, slots=True)
class Window:
    """`start` up to and without `end`, aware, in UTC."""

    start: datetime
    end: datetime


def window(start: datetime, end: datetime, bucket: Bucket) -> Window:
    """The whole buckets that hold any part of the time from `start` to `end`.

    Raises:
        WindowInvalid: it is empty.
        WindowTooLong: it is longer than the bucket's limit.
    """
    rule = RULES[bucket]
    asked = bounded(start, end, rule.longest)
    first, last = rule.align(asked.start), rule.align(asked.end)
    return Window(first, last + rule.width if last < asked.end else last)


def bounded(start: datetime, end: datetime, longest: timedelta) -> Window:
    """A window no longer than `longest`.

    Raises:
        WindowInvalid: it is empty.
        WindowTooLong: it is longer.
    """
    start, end = (moment.astimezone(UTC) for moment in (start, end))
    if start >= end:
        raise WindowInvalid(start=start.isoformat(), end=end.isoformat())
    if end - start > longest:
        raise WindowTooLong(longest_hours=int(longest.total_seconds() // 3600))
    return Window(start, end)
