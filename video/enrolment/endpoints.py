"""Files of cameras over HTTP."""

from collections.abc import AsyncIterator
from typing import Annotated, BinaryIO

from fastapi import Depends, Query, Request, Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import IdempotencyKey, Writes
from center.routing import Router
from ingest.devices.enrolment.schemas import EnrolmentReport
from ingest.devices.enrolment.sending import BODY, MOST_BYTES, sent_file
from ingest.devices.enrolment.service import Options, digest_of
from video.enrolment import service
from video.enrolment.columns import CAMERAS

router = Router(prefix="/cameras/enrolments", tags=["cameras"])

Setter = Annotated[Caller, permits("video:write")]
CSV = {"description": "Headings alone.", "content": {"text/csv": {}}}


# The door first: see `sent_file`.
async def _sent(request: Request, _: Setter) -> AsyncIterator[BinaryIO]:
    async with sent_file(request) as file:
        yield file


@router.get("/template", response_class=Response, responses={200: CSV})
def get_camera_template(_: Setter) -> Response:
    """An empty file with all headings."""
    headers = {"Content-Disposition": 'attachment; filename="cameras.csv"'}
    headings = CAMERAS.template().encode()
    return Response(headings, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("", max_body_size=MOST_BYTES, openapi_extra=BODY)
def enrol_cameras(
    caller: Setter,
    session: Writes,
    file: Annotated[BinaryIO, Depends(_sent)],
    key: IdempotencyKey,
    dry_run: Annotated[bool, Query(description="Only report what would happen.")] = False,
    all_or_nothing: Annotated[
        bool, Query(description="One row with a problem keeps every row out.")
    ] = False,
) -> EnrolmentReport:
    """Set streams and fields of view of the cameras of a CSV file, whatever was set before; the
    answer reports on every row. An empty cell leaves what is set as it is."""

    def act() -> EnrolmentReport:
        return service.enrol(session, caller, file, Options(dry_run, all_or_nothing))

    # What is kept under the key holds no password: reports never show one.
    request = digest_of(file) + bytes([dry_run, all_or_nothing])
    return key.once(session, caller, request, EnrolmentReport, act)
