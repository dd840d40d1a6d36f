"""Counts over HTTP."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Query, Response

from center.clock import now
from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import Reads
from center.routing import Router
from ingest.devices.endpoints import DeviceIdPath
from ingest.series.buckets import Window
from ingest.series.endpoints import Moment
from traffic.counts import service
from traffic.counts.schemas import Counts, TrafficSummary, Width

router = Router(prefix="/traffic", tags=["traffic"])

Reader = Annotated[Caller, permits("traffic:read")]
LaneQuery = Annotated[int | None, Query(ge=1, le=32, description="Only this lane.")]
DEFAULT_WINDOW = timedelta(hours=6)
TABLE = {"description": "The same as a table.", "content": {"text/csv": {}}}


async def _window(  # async because it does not wait: it needs no thread
    start: Annotated[Moment | None, Query(description="Default: 6 hours before `end`.")] = None,
    end: Annotated[Moment | None, Query(description="Default: now.")] = None,
) -> Window:
    last = end or now()
    return Window(start or last - DEFAULT_WINDOW, last)


Asked = Annotated[Window, Depends(_window)]


@router.get("/summary")
def summarise_traffic(
    caller: Reader,
    session: Reads,
    device: Annotated[str | None, Query(max_length=40, description="Only this site.")] = None,
) -> TrafficSummary:
    """Vehicles that passed in the last hour and today."""
    return service.summary(session, caller, device)


@router.get("/sites/{device_id}/counts")
def read_counts(
    caller: Reader,
    session: Reads,
    device_id: DeviceIdPath,
    asked: Asked,
    bucket: Width = Width.QUARTER,
    lane: LaneQuery = None,
) -> Counts:
    """Vehicles by lane and class, their mean speed and unreadable plates, in buckets of Hengyang's
    clock. Every pass that is stored is in it, a late one too."""
    return service.series(session, caller, device_id, bucket, lane, asked)


@router.get("/sites/{device_id}/counts.csv", response_class=Response, responses={200: TABLE})
def export_counts(
    caller: Reader,
    session: Reads,
    device_id: DeviceIdPath,
    asked: Asked,
    bucket: Width = Width.QUARTER,
    lane: LaneQuery = None,
) -> Response:
    """The same for a spreadsheet (CSV, UTF-8), with times of Hengyang."""
    counts = service.series(session, caller, device_id, bucket, lane, asked)
    name = f'attachment; filename="counts-{counts.device_id}-{bucket.value}.csv"'
    return Response(
        service.as_csv(counts), media_type="text/csv", headers={"Content-Disposition": name}
    )
