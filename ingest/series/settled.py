"""Where a series may take its rollups and where it must count the readings itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.series.buckets import RULES, Bucket, Window

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Settled:
    """The parts of a window by where their figures come from.

    Days before `day_edge` come from the rollup by day but for the `unsettled`; hours before
    `hour_edge` from the rollup by hour but for the `marked`; the rest from the readings.
    `marked_from` and `marked_to` bound the marked hours.
    """

    day_edge: datetime
    hour_edge: datetime
    marked: list[datetime]
    marked_from: datetime
    marked_to: datetime
    unsettled: list[datetime]


def settled(
    span: Window, edge: datetime, marked: Iterable[datetime], unsettled: Iterable[datetime]
) -> Settled:
    """Divides a window of whole buckets by the state that was read just before its figures.

    The state may be older than the figures: a rollup that was whole then is whole later, an hour
    that was open or marked then is counted from the readings, which are always whole. So every
    figure is right for a moment between the two.
    """
    align = RULES[Bucket.DAY].align
    hour_edge = _within(span, edge)
    day_edge = _within(span, align(edge))
    hours = sorted(bucket for bucket in marked if bucket < hour_edge)
    days = {align(bucket) for bucket in hours} | set(unsettled)
    return Settled(
        day_edge=day_edge,
        hour_edge=hour_edge,
        marked=hours,
        marked_from=hours[0] if hours else span.start,
        marked_to=hours[-1] + HOUR if hours else span.start,
        unsettled=sorted(day for day in days if day < day_edge),
    )


def _within(span: Window, moment: datetime) -> datetime:
    return min(max(moment, span.start), span.end)
