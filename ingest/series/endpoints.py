"""The reading side over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query
from pydantic import AwareDatetime

from center.clock import now
from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import Reads
from center.routing import Router
from ingest.devices.endpoints import DeviceIdPath
from ingest.devices.schemas import Kind
from ingest.series import service
from ingest.series.buckets import Bucket, Window
from ingest.series.schemas import ClockSkew, Latest, PassRead, Series, Track
from ingest.series.service import source

router = Router(tags=["series"])

Reader = Annotated[Caller, permits("series:read")]
DEFAULT_WINDOW = timedelta(days=1)
# What no fact of this system can be outside of; arithmetic on times stays within the calendar.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime, Query(ge=EARLIEST, le=LATEST)]


async def _window(  # async because it does not wait: it needs no thread
    start: Annotated[Moment | None, Query(description="Default: a day before `end`.")] = None,
    end: Annotated[Moment | None, Query(description="Default: now.")] = None,
) -> Window:
    last = end or now()
    return Window(start or last - DEFAULT_WINDOW, last)


Asked = Annotated[Window, Depends(_window)]


@router.get("/devices/{device_id}/latest")
def read_latest(session: Reads, caller: Reader, device_id: DeviceIdPath) -> Latest:
    """The newest value of each quantity and the newest position of a device."""
    return service.latest(session, source(session, caller, device_id))


@router.get("/devices/{device_id}/series", response_model_exclude_none=True)
def read_series(
    session: Reads,
    caller: Reader,
    device_id: DeviceIdPath,
    asked: Asked,
    quantity: Annotated[str, Query(max_length=64, examples=["water_level"])],
    bucket: Bucket = Bucket.RAW,
) -> Series:
    """One quantity of a device over a window, raw or in buckets; days are those of Hengyang."""
    return service.series(session, source(session, caller, device_id), quantity, bucket, asked)


@router.get("/devices/{device_id}/track")
def read_track(
    session: Reads,
    caller: Reader,
    device_id: DeviceIdPath,
    asked: Asked,
    step: Annotated[
        int, Query(ge=1, le=3600, description="Seconds: at most one fix of each such span.")
    ] = 10,
) -> Track:
    """The way of a vehicle over at most a day."""
    return service.track(session, source(session, caller, device_id), asked, step)


@router.get("/devices/{device_id}/passes")
def list_passes(
    session: Reads,
    caller: Reader,
    device_id: DeviceIdPath,
    asked: Asked,
    page: PageQuery,
    plate: Annotated[str | None, Query(max_length=16, description="Exactly this one.")] = None,
) -> Page[PassRead]:
    """Vehicles that passed an e-police site, newest first."""
    device = source(session, caller, device_id)
    return service.passes(session, caller, device, asked, plate, page)


@router.get("/clock-skew")
def list_clock_skew(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    kind: Kind | None = None,
    least_seconds: Annotated[float, Query(ge=0, le=1e9)] = 2.0,
) -> Page[ClockSkew]:
    """Devices whose clock is off, the worst first."""
    return service.clock_skew(session, caller, kind, least_seconds, page)
