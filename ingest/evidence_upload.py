"""PUT /evidence/{sha256}: devices, with their own credential, and users send proof."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.requests import ClientDisconnect

from center.database import transaction
from center.errors import Forbidden, HengyangError, TooLarge, TooMany, Unauthenticated
from center.evidence import quota, service
from center.evidence.content import UnsupportedContent
from center.evidence.endpoints import Sha256
from center.evidence.receiving import Receiver, WrongDigest
from center.evidence.schemas import EvidenceRead
from center.evidence.service import Uploader
from center.evidence.store import store
from center.identity.guard import Door, Guard, bearer
from center.problems import told
from center.requests import Writes, located
from center.routing import Router
from center.settings import EvidenceSettings, settings
from ingest.devices.credentials import verify

router = Router(prefix="/evidence", tags=["evidence"])

BINARY: dict[str, Any] = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
}
MOST_BYTES = 2**30  # above any `evidence_max_bytes`: the receiver counts, and says what is allowed
UPLOAD_SECONDS = 120  # the largest piece over a poor mobile line
UPLOADS_AT_ONCE = 200  # each holds a connection and a quarter of a megabyte

# What is wrong with the content itself: the same again will be refused again.
NOTED = (UnsupportedContent, WrongDigest, TooLarge)

_basic = HTTPBasic(auto_error=False, description="Device: device_id and its credential.")
_under_way = asyncio.Semaphore(UPLOADS_AT_ONCE)
_DEVICE = sa.text("""
    SELECT id, kind, division_code, credential_hash,
           (SELECT coalesce(sum(bytes), 0) FROM evidence_days
            WHERE device = devices.id AND day = :today) AS bytes_today
    FROM devices
    WHERE device_id = :device_id AND enabled AND retired_at IS NULL""")


class UploadBroken(HengyangError):
    """The upload took too long or broke off; send it again."""

    status = 408


class NoDivision(Forbidden):
    """You have no division yet: nobody could ever see what you send."""


class TooManyUploads(TooMany):
    """Too many uploads at once: try again in a moment."""


class UploadDoor(Door):
    """Lets in a device by its credential, or a user by a bearer token with `evidence:write`."""

    def __init__(self) -> None:
        self._users = Guard(frozenset({"evidence:write"}))

    def __call__(
        self,
        request: Request,
        device: Annotated[HTTPBasicCredentials | None, Depends(_basic)],
        token: Annotated[str | None, Depends(bearer)],
    ) -> Uploader:
        if device is not None:
            return _known_device(device)
        caller = self._users(request, token)
        if not caller.divisions:
            raise NoDivision
        division = min(caller.divisions, key=len)
        return Uploader(f"user:{caller.username}", None, division, caller)


def _known_device(given: HTTPBasicCredentials) -> Uploader:
    names = {"device_id": given.username, "today": quota.today()}
    with transaction() as session:
        row = session.execute(_DEVICE, names).one_or_none()
    if not verify(given.password, row.credential_hash if row else None) or row is None:
        raise Unauthenticated("Device and credential do not fit.")
    quota.check(row.bytes_today)
    personal = row.kind == "epolice"  # its pictures are of vehicles
    return Uploader(f"device:{given.username}", row.id, row.division_code, personal=personal)


# The one place outside the live feed that is async: a body that arrives slowly over a mobile line
# must not hold one of the few threads that answer everybody else.
async def _received(
    request: Request, sha256: Sha256, uploader: Annotated[Uploader, Depends(UploadDoor())]
) -> AsyncIterator[tuple[Receiver, Uploader]]:
    if _under_way.locked():
        raise TooManyUploads
    receiver = Receiver(sha256, settings(EvidenceSettings).evidence_max_bytes)
    try:
        async with _under_way:
            await _drain(request, receiver)
        yield receiver, uploader
    except NOTED as error:
        if uploader.device is not None:
            await run_in_threadpool(_note, sha256, uploader.device, error.code())
        raise
    finally:
        receiver.close()


def _note(sha256: str, device: int, code: str) -> None:
    with transaction() as session:
        service.note_refusal(session, sha256, device, code)


async def _drain(request: Request, receiver: Receiver) -> None:
    length = request.headers.get("content-length", "")
    receiver.announced(int(length) if length.isdecimal() else None)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            async for chunk in request.stream():
                receiver.take(chunk)
    except (ClientDisconnect, TimeoutError) as error:
        raise UploadBroken from error
    receiver.finish()


@router.put(
    "/{sha256}",
    status_code=201,
    responses={
        200: {"model": EvidenceRead, "description": "It was kept already."},
        **told(UploadBroken, UnsupportedContent, TooManyUploads),
    },
    max_body_size=MOST_BYTES,
    openapi_extra={"requestBody": {"required": True, "content": BINARY}},
)
def keep_evidence(
    response: Response,
    upload: Annotated[tuple[Receiver, Uploader], Depends(_received)],
    session: Writes,
) -> EvidenceRead:
    """Keeps content under its hash: 201 when new, 200 when known, 422 when the hash is another."""
    receiver, uploader = upload
    kept, new = service.keep(session, store(), receiver, uploader)
    response.status_code = 201 if new else 200
    located(response, f"/evidence/{receiver.sha256}")
    return EvidenceRead(
        sha256=receiver.sha256,
        size=kept.size or 0,
        content_type=kept.content_type or "",
        stored_at=kept.stored_at or kept.first_seen,
    )
