"""Enrolment over HTTP."""

from collections.abc import AsyncIterator
from typing import Annotated, BinaryIO

from fastapi import Depends, Query, Request, Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import IdempotencyKey, Writes
from center.routing import Router
from ingest.devices.enrolment import service
from ingest.devices.enrolment.columns import DEVICES
from ingest.devices.enrolment.schemas import EnrolmentAnswer, EnrolmentReport
from ingest.devices.enrolment.sending import BODY, MOST_BYTES, sent_file

router = Router(prefix="/devices/enrolments", tags=["devices"])

Enroller = Annotated[Caller, permits("devices:enrol")]


# The door first: see `sent_file`.
async def _sent(request: Request, _: Enroller) -> AsyncIterator[BinaryIO]:
    async with sent_file(request) as file:
        yield file


@router.get("/template", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def get_template(_: Enroller) -> Response:
    """An empty file with all headings."""
    headers = {"Content-Disposition": 'attachment; filename="devices.csv"'}
    return Response(
        DEVICES.template().encode(), media_type="text/csv; charset=utf-8", headers=headers
    )


@router.post(
    "",
    max_body_size=MOST_BYTES,
    openapi_extra=BODY,
)
def enrol(
    caller: Enroller,
    session: Writes,
    file: Annotated[BinaryIO, Depends(_sent)],
    key: IdempotencyKey,
    response: Response,
    dry_run: Annotated[bool, Query(description="Only report what would happen.")] = False,
    all_or_nothing: Annotated[
        bool, Query(description="One row with a problem keeps every row out.")
    ] = False,
) -> EnrolmentAnswer:
    """Register the devices of a CSV file; the answer reports on every row.

    The credentials of the new devices are in the answer, once, and kept nowhere.
    """
    made: list[service.Enrolled] = []

    def act() -> EnrolmentReport:
        options = service.Options(dry_run, all_or_nothing)
        made.append(service.enrol(session, caller, file, options))
        return made[0].report

    request = service.digest_of(file) + bytes([dry_run, all_or_nothing])
    report = key.once(session, caller, request, EnrolmentReport, act)
    response.headers["Cache-Control"] = "no-store"
    credentials = service.credentials_csv(made[0].credentials) if made and report.applied else None
    return EnrolmentAnswer(**dict(report), credentials=credentials)
