"""Enrolment over HTTP."""

from typing import Annotated

from fastapi import File, Query, Response, UploadFile

from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import IdempotencyKey, Writes
from center.routing import Router
from ingest.devices.enrolment import service
from ingest.devices.enrolment.columns import template
from ingest.devices.enrolment.schemas import EnrolmentAnswer, EnrolmentReport

router = Router(prefix="/devices/enrolments", tags=["devices"])

Enroller = Annotated[Caller, permits("devices:enrol")]
MOST_BYTES = 32 * 1024 * 1024  # 100,000 rows of 300 bytes


@router.get("/template", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def get_template(_: Enroller) -> Response:
    """An empty file with all headings."""
    headers = {"Content-Disposition": 'attachment; filename="devices.csv"'}
    return Response(template().encode(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("", max_body_size=MOST_BYTES)
def enrol(
    caller: Enroller,
    session: Writes,
    file: Annotated[UploadFile, File(description="CSV in UTF-8 or GB18030, one device a row.")],
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
        made.append(service.enrol(session, caller, file.file, options))
        return made[0].report

    request = service.digest_of(file.file) + bytes([dry_run, all_or_nothing])
    report = key.once(session, caller, request, EnrolmentReport, act)
    response.headers["Cache-Control"] = "no-store"
    credentials = service.credentials_csv(made[0].credentials) if made and report.applied else None
    return EnrolmentAnswer(**dict(report), credentials=credentials)
