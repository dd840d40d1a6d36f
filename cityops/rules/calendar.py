"""When a rule is awake: weekdays, hours, months and days left out, all of Hengyang's clock."""

from datetime import date
from typing import Annotated, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from center.requests import Body

# Hengyang keeps UTC+8 the whole year, and has for as long as there are facts.
SHANGHAI_SECONDS = 8 * 3600
DAY_SECONDS = 86_400
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
MICROSECONDS = 1_000_000

HourOfDay = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Field(description="Hour and minute in Hengyang.", examples=["20:00"]),
]


class Hours(Body):
    """From `begin` up to `end`; over midnight where `end` is the earlier one."""

    begin: HourOfDay
    end: HourOfDay

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.begin == self.end:
            raise ValueError("hours that begin and end at the same minute hold no time")
        return self

    @property
    def minutes(self) -> tuple[int, int]:
        """Both ends in minutes of the day."""
        return minute(self.begin), minute(self.end)


class Calendar(Body):
    """Days and hours in which a rule judges; what is left out does not narrow it."""

    weekdays: Annotated[
        list[Annotated[int, Field(ge=1, le=7)]] | None,
        Field(max_length=7, description="1 is Monday.", examples=[[1, 2, 3, 4, 5]]),
    ] = None
    hours: Hours | None = None
    months: Annotated[
        list[Annotated[int, Field(ge=1, le=12)]] | None,
        Field(max_length=12, examples=[[4, 5, 6, 7, 8, 9]]),
    ] = None
    excluded: Annotated[
        list[date],
        Field(max_length=400, description="Days on which it sleeps.", examples=[["2027-02-06"]]),
    ] = []

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.weekdays == []:
            raise ValueError("the calendar names no weekday: the rule would never be awake")
        if self.months == []:
            raise ValueError("the calendar names no month: the rule would never be awake")
        if not (self.weekdays or self.hours or self.months or self.excluded):
            raise ValueError("the calendar says nothing: leave it out where the rule always holds")
        return self

    @property
    def opening(self) -> "Opening":
        """The same, ready to be asked."""
        return Opening(
            frozenset(self.weekdays or range(1, 8)),
            frozenset(self.months or range(1, 13)),
            self.hours.minutes if self.hours else None,
            frozenset(day.toordinal() - EPOCH_ORDINAL for day in self.excluded),
        )


class Opening(NamedTuple):
    """A calendar as sets; `excluded` are days since 1970-01-01."""

    weekdays: frozenset[int]
    months: frozenset[int]
    minutes: tuple[int, int] | None
    excluded: frozenset[int]

    def is_open(self, time_us: int) -> bool:
        """Whether the rule is awake at a moment (Unix microseconds)."""
        day, second = divmod(time_us // MICROSECONDS + SHANGHAI_SECONDS, DAY_SECONDS)
        # The first of January 1970 was a Thursday, the fourth day of its week.
        if (day + 3) % 7 + 1 not in self.weekdays or day in self.excluded:
            return False
        if len(self.months) < 12 and date.fromordinal(EPOCH_ORDINAL + day).month not in self.months:
            return False
        return self.minutes is None or _within(second // 60, *self.minutes)


def minute(hour: str) -> int:
    """`"20:30"` in minutes of the day."""
    hours, _, minutes = hour.partition(":")
    return int(hours) * 60 + int(minutes)


def _within(now: int, begin: int, end: int) -> bool:
    return begin <= now < end if begin < end else now >= begin or now < end
