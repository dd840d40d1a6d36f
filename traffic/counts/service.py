"""Reading counts: series of a site, what passed in the last hour and today."""

import csv
import io
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from center.clock import SHANGHAI, now
from center.database import sql
from center.errors import NotFound
from center.identity.caller import Caller
from ingest.series.buckets import MAX_POINTS, RULES, Bucket, TooManyPoints, Window, window
from ingest.series.service import source
from traffic.counts.schemas import CountPoint, Counts, TrafficSummary, Width
from traffic.sites import repository as sites

# Quarters have a table of their own; narrower buckets come from the minutes.
TABLES = {
    Width.MINUTE: "traffic_minutes",
    Width.FIVE_MINUTES: "traffic_minutes",
    Width.QUARTER: "traffic_quarters",
}
HOUR = timedelta(hours=1)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


def series(
    session: Session, caller: Caller, device_id: str, width: Width, lane: int | None, asked: Window
) -> Counts:
    """Counts of a site by lane over the whole buckets that hold the window.

    Raises:
        NotFound, WindowInvalid, WindowTooLong, TooManyPoints
    """
    sites.find(session, caller, device_id)
    device = source(session, caller, device_id)
    bucket = Bucket(width)
    span = window(asked.start, asked.end, bucket)
    rows = session.connection().exec_driver_sql(
        sql("traffic.counts", "series").replace("{rolled}", TABLES[width]),
        {
            "device": device.number,
            "lane": lane,
            "start": span.start,
            "end": span.end,
            "width": RULES[bucket].width,
            "limit": MAX_POINTS + 1,
        },
    )
    points = [_point(row) for row in rows]
    if len(points) > MAX_POINTS:
        raise TooManyPoints(limit=MAX_POINTS)
    return Counts(device_id=device_id, bucket=width, start=span.start, end=span.end, points=points)


def _point(row: Any) -> CountPoint:
    share = row.unreadable / row.count
    return CountPoint.model_validate(row._asdict() | {"unreadable_share": share})


def as_csv(counts: Counts) -> str:
    """A table for a spreadsheet: a line per bucket and lane, a column per class; local times."""
    classes = sorted({name for point in counts.points for name in point.classes})
    table = io.StringIO()
    table.write("\ufeff")  # without it Excel takes UTF-8 for the system's own code
    lines = csv.writer(table)
    lines.writerow(
        ["time (Asia/Shanghai)", "lane", "count", "mean_speed_mps", "unreadable"]
        + [_harmless(name) for name in classes]
    )
    for point in counts.points:
        lines.writerow(
            [
                point.time.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
                point.lane,
                point.count,
                "" if point.mean_speed_mps is None else round(point.mean_speed_mps, 2),
                point.unreadable,
                *(point.classes.get(name, 0) for name in classes),
            ]
        )
    return table.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def summary(session: Session, caller: Caller, device_id: str | None) -> TrafficSummary:
    """Passes since an hour ago and since midnight, over the caller's divisions or of one site.

    Raises:
        NotFound: the site is none, or lies elsewhere.
    """
    moment = now()
    since = moment.replace(second=0, microsecond=0) - HOUR
    row = (
        session.connection()
        .exec_driver_sql(
            sql("traffic.counts", "summary"),
            {
                "divisions": caller.patterns,
                "device": device_id,
                "since": since,
                "today": RULES[Bucket.DAY].align(moment),
            },
        )
        .one()
    )
    if device_id is not None and row.sites == 0:
        raise NotFound
    return TrafficSummary(**row._asdict(), since=since, as_of=moment)
