"""Reading what devices have said: latest values, series, tracks, passes, clocks."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from center.errors import NotFound
from center.identity.caller import Caller
from center.pages import Page, PageParameters, cut
from center.plates import PERMISSION, shown_to, tell_reveal, tell_search
from ingest.devices.place import Point
from ingest.series.buckets import MAX_POINTS, RULES, Bucket, TooManyPoints, Window, bounded, window
from ingest.series.repository import Row, records, row, rows
from ingest.series.schemas import (
    ClockSkew,
    Fix,
    Latest,
    PassRead,
    Series,
    Track,
    TrackFacts,
    TrackLine,
)
from ingest.series.settled import settled

TRACK_LONGEST = timedelta(days=1)
PASSES_LONGEST = timedelta(days=31)
# Three missed reports are a hole; a vehicle without a known interval reports every second.
HOLE_FACTOR = 3
HOLE_LEAST_SECONDS = 10.0


class NotMeasured(NotFound):
    """The device's model does not measure this quantity."""


@dataclass(frozen=True, slots=True)
class Source:
    """The device whose facts are asked for."""

    number: int
    device_id: str
    expected_interval_seconds: int | None
    quantities: list[str]
    units: list[str]


def source(session: Session, caller: Caller, device_id: str) -> Source:
    """A device in the caller's divisions.

    Raises:
        NotFound: there is none of this name, or it is elsewhere.
    """
    found = row(session, "device", device_id=device_id)
    if found is None or not caller.sees(found.division_code):
        raise NotFound
    return Source(
        found.number,
        found.device_id,
        found.expected_interval_seconds,
        found.quantities,
        found.units,
    )


def latest(session: Session, device: Source) -> Latest:
    """The newest value of each quantity and the newest position."""
    found = row(session, "latest", device=device.number)
    if found is None:
        raise NotFound
    received = [t for t in (found.readings_received_at, found.position_received_at) if t]
    return Latest(
        device_id=device.device_id,
        received_at=max(received, default=None),
        values=found.readings,
        position=None if found.position_time is None else _fix(found, found.position_time),
    )


def series(
    session: Session, device: Source, quantity: str, bucket: Bucket, asked: Window
) -> Series:
    """One quantity over the whole buckets that hold the window.

    Raises:
        NotMeasured, WindowInvalid, WindowTooLong, TooManyPoints
    """
    if quantity not in device.quantities:
        raise NotMeasured(quantity=quantity, measured=device.quantities)
    span, rule = window(asked.start, asked.end, bucket), RULES[bucket]
    place = device.quantities.index(quantity)
    found = records(
        session,
        rule.query,
        device=device.number,
        quantity=quantity,
        place=place + 1,
        start=span.start,
        end=span.end,
        width=rule.width,
        limit=MAX_POINTS + 1,
        **(_settled(session, device, span) if rule.rolled else {}),
    )
    if len(found) > MAX_POINTS:
        raise TooManyPoints(limit=MAX_POINTS)
    return Series.model_validate(
        {
            "device_id": device.device_id,
            "quantity": quantity,
            "unit": device.units[place],
            "bucket": bucket,
            "start": span.start,
            "end": span.end,
            "expected_interval_seconds": device.expected_interval_seconds,
            "points": found,
        }
    )


def _settled(session: Session, device: Source, span: Window) -> dict[str, Any]:
    state = row(session, "rollup_state", device=device.number, start=span.start, end=span.end)
    if state is None:
        raise NotFound
    return asdict(settled(span, state.edge, state.marked, state.unsettled))


def track(session: Session, device: Source, asked: Window, step_seconds: int) -> Track:
    """The fixes of at most a day, one of every `step_seconds`, with the holes named.

    Raises:
        WindowInvalid, WindowTooLong, TooManyPoints
    """
    span = bounded(asked.start, asked.end, TRACK_LONGEST)
    found = rows(
        session,
        "track",
        device=device.number,
        start=span.start,
        end=span.end,
        step=step_seconds,
        limit=MAX_POINTS + 1,
    )
    if len(found) > MAX_POINTS:
        raise TooManyPoints(limit=MAX_POINTS)
    times = [fix.time for fix in found]
    interval = max(device.expected_interval_seconds or 1, step_seconds)
    return Track(
        geometry=TrackLine(coordinates=[(fix.lon, fix.lat) for fix in found]),
        properties=TrackFacts(
            device_id=device.device_id,
            times=times,
            speeds_mps=[fix.speed_mps for fix in found],
            headings_deg=[fix.heading_deg for fix in found],
            breaks=breaks(times, max(HOLE_FACTOR * interval, HOLE_LEAST_SECONDS)),
        ),
    )


def breaks(times: list[datetime], hole_seconds: float) -> list[int]:
    """Numbers of those that come more than `hole_seconds` after the one before."""
    hole = timedelta(seconds=hole_seconds)
    return [n for n in range(1, len(times)) if times[n] - times[n - 1] > hole]


def passes(
    session: Session,
    caller: Caller,
    device: Source,
    asked: Window,
    plate: str | None,
    page: PageParameters,
) -> Page[PassRead]:
    """Vehicles that passed, newest first; plates masked for who may not see them.

    Raises:
        WindowInvalid, WindowTooLong
        PlatesWithheld: a plate is asked for by who may not see plates.
    """
    span = bounded(asked.start, asked.end, PASSES_LONGEST)
    if plate is not None:
        tell_search(caller, "device", plate, device=device.device_id)
    time, boot, seq = page.key(datetime, int, int) or (None, None, None)
    found = records(
        session,
        "passes",
        device=device.number,
        start=span.start,
        end=span.end,
        plate=plate,
        last_time=time,
        last_boot=boot,
        last_seq=seq,
        limit=page.limit + 1,
    )
    if caller.may(PERMISSION) and any(p["plate"] for p in found):
        times = {"since": found[-1]["time"].isoformat(), "upto": found[0]["time"].isoformat()}
        tell_reveal(caller, "device", device.device_id, times, after=page.after)
    show = shown_to(caller)
    items = [PassRead.model_validate(p | {"plate": show(p["plate"])}) for p in found]
    return cut(
        [(i, (p["time"], p["boot"], p["seq"])) for i, p in zip(items, found, strict=True)], page
    )


def clock_skew(
    session: Session, caller: Caller, kind: str | None, least_seconds: float, page: PageParameters
) -> Page[ClockSkew]:
    """Devices whose clock is off by `least_seconds` or more, the worst first."""
    skew, number = page.key(float, int) or (None, None)
    found = rows(
        session,
        "clock_skew",
        divisions=caller.patterns,
        kind=kind,
        least=least_seconds,
        last_skew=skew,
        last_number=number,
        limit=page.limit + 1,
    )
    return cut([(_skew(r), (abs(r.skew), r.number)) for r in found], page)


def _skew(found: Row) -> ClockSkew:
    return ClockSkew(
        device_id=found.device_id,
        name=found.name,
        kind=found.kind,
        division=found.division_code,
        boot=found.boot,
        last_seen=found.last_seen,
        clock_skew_seconds=found.skew,
    )


def _fix(found: Any, time: datetime) -> Fix:
    return Fix(
        time=time,
        place=Point(coordinates=(found.lon, found.lat)),
        speed_mps=found.speed_mps,
        heading_deg=found.heading_deg,
        accuracy_m=found.accuracy_m,
    )
