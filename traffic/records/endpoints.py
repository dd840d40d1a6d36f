"""Passes and violations over HTTP."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import AfterValidator

from center.clock import now
from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import PageParameters, PageQuery
from center.requests import Reads
from center.routing import Router
from ingest.series.buckets import Window
from ingest.series.endpoints import Moment
from traffic.records import service
from traffic.records.filters import Filters
from traffic.records.schemas import Colour, Looked, RecordRead, ViolationRead

router = Router(prefix="/traffic", tags=["traffic"])

Reader = Annotated[Caller, permits("traffic:read")]
DEFAULT_WINDOW = timedelta(days=1)
AHEAD = timedelta(minutes=10)  # clocks of devices may be ahead
MOST_OF_A_TABLE = 5000
TABLE = {"description": "The same as a table.", "content": {"text/csv": {}}}
Speed = Annotated[float | None, Query(ge=0, le=150, description="Metres per second.")]


def _tidy(plate: str) -> str:
    return plate.replace("·", "").replace(" ", "").upper()


async def _window(  # async because it does not wait: it needs no thread
    start: Annotated[Moment | None, Query(description="Default: a day before `end`.")] = None,
    end: Annotated[Moment | None, Query(description="Default: the newest.")] = None,
) -> Window:
    last = end or now() + AHEAD
    return Window(start or last - DEFAULT_WINDOW, last)


async def _filters(  # async because it does not wait: it needs no thread
    site: Annotated[str | None, Query(max_length=40, description="`device_id`.")] = None,
    division: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{2,12}$", description="Division code or the beginning of one."),
    ] = None,
    plate: Annotated[
        str | None,
        AfterValidator(_tidy),
        Query(min_length=1, max_length=16, description="Exactly this one, on the whole window."),
    ] = None,
    plate_part: Annotated[
        str | None,
        AfterValidator(_tidy),
        Query(min_length=2, max_length=16, description="Part of one; no wildcards."),
    ] = None,
    readable: Annotated[bool | None, Query(description="False: no plate was read.")] = None,
    lane: Annotated[int | None, Query(ge=1, le=32)] = None,
    plate_colour: Colour | None = None,
    vehicle_class: Annotated[str | None, Query(max_length=32)] = None,
    speed_from: Speed = None,
    speed_to: Speed = None,
) -> Filters:
    return Filters(
        site, division, plate, plate_part, readable, lane, plate_colour, vehicle_class,
        speed_from, speed_to,
    )  # fmt: skip


async def _with_code(
    filters: Annotated[Filters, Depends(_filters)],
    code: Annotated[
        str | None, Query(pattern=r"^[0-9A-Z]{4,8}$", description="National violation code.")
    ] = None,
) -> Filters:
    return Filters(**filters.given, code=code)


async def _rows(
    limit: Annotated[int, Query(ge=1, le=MOST_OF_A_TABLE, description="Most lines.")] = 1000,
    after: Annotated[
        str | None, Query(max_length=1000, description="`X-Next` of the table before.")
    ] = None,
) -> PageParameters:
    return PageParameters(limit, after)


Asked = Annotated[Window, Depends(_window)]
Narrowed = Annotated[Filters, Depends(_filters)]
NarrowedByCode = Annotated[Filters, Depends(_with_code)]
Rows = Annotated[PageParameters, Depends(_rows)]


def _table(page: Looked[RecordRead] | Looked[ViolationRead], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    if page.next is not None:
        headers["X-Next"] = page.next
    return Response(service.as_csv(page), media_type="text/csv", headers=headers)


@router.get("/passes")
def list_traffic_passes(
    caller: Reader, session: Reads, page: PageQuery, asked: Asked, filters: Narrowed
) -> Looked[RecordRead]:
    """Vehicles that passed a site (过车记录), newest first. A page looks at 50,000 records at most,
    but for a whole plate: read on while there is a `next`, were it behind an empty page."""
    return service.passes(session, caller, asked, filters, page)


@router.get("/violations")
def list_violations(
    caller: Reader, session: Reads, page: PageQuery, asked: Asked, filters: NarrowedByCode
) -> Looked[ViolationRead]:
    """Traffic violations (违法), newest first, with their pictures and what their code means."""
    return service.violations(session, caller, asked, filters, page)


@router.get("/passes.csv", response_class=Response, responses={200: TABLE})
def export_passes(
    caller: Reader, session: Reads, page: Rows, asked: Asked, filters: Narrowed
) -> Response:
    """Passes as CSV; plates masked as in the list. The header `X-Next` says that there are more."""
    return _table(service.passes(session, caller, asked, filters, page), "passes")


@router.get("/violations.csv", response_class=Response, responses={200: TABLE})
def export_violations(
    caller: Reader, session: Reads, page: Rows, asked: Asked, filters: NarrowedByCode
) -> Response:
    """Violations as CSV; plates masked as in the list. The header `X-Next` says that there are
    more."""
    return _table(service.violations(session, caller, asked, filters, page), "violations")
