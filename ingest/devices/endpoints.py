"""The register over HTTP."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response
from sqlalchemy.orm import Session

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IdempotencyKey, IfMatch, Reads, Writes, etag, located
from center.routing import Router
from ingest.devices import repository, service
from ingest.devices.models import Device
from ingest.devices.schemas import (
    CredentialRead,
    DeviceChange,
    DeviceCreate,
    DeviceCreated,
    DeviceDetail,
    DeviceRead,
    Kind,
    MaintenanceSet,
    Retirement,
    Rotation,
    State,
)

router = Router(prefix="/devices", tags=["devices"])

Reader = Annotated[Caller, permits("devices:read")]
Writer = Annotated[Caller, permits("devices:write")]
Enroller = Annotated[Caller, permits("devices:enrol")]
DeviceIdPath = Annotated[str, Path(max_length=40, examples=["WL-0001"])]


async def _filters(  # async because it does not wait: it needs no thread
    kind: Kind | None = None,
    state: State | None = None,
    division: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{2,12}$", description="Division code or the beginning of one."),
    ] = None,
    model: Annotated[str | None, Query(max_length=64)] = None,
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=60, description="Part of id, name, owner or number."),
    ] = None,
    retired: Annotated[bool, Query(description="Only retired devices instead.")] = False,
) -> repository.Filters:
    return repository.Filters(kind, state, division, model, q, retired)


def _detail(session: Session, device: Device, response: Response) -> DeviceDetail:
    response.headers["ETag"] = etag(device)
    return service.get_detail(session, device)


def _credential(device: Device, secret: str, response: Response) -> CredentialRead:
    # No cache on the way may keep it.
    response.headers.update({"ETag": etag(device), "Cache-Control": "no-store"})
    rotated_at = device.credential_rotated_at or device.updated_at
    return CredentialRead(device_id=device.device_id, credential=secret, rotated_at=rotated_at)


@router.get("")
def list_devices(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    filters: Annotated[repository.Filters, Depends(_filters)],
) -> Page[DeviceRead]:
    """Devices in your divisions by id, with what they are doing now."""
    return repository.page_of(session, caller, page, filters)


@router.get("/{device_id}")
def get_device(
    caller: Reader, session: Reads, device_id: DeviceIdPath, response: Response
) -> DeviceDetail:
    """One device, with the ETag that a change needs."""
    return _detail(session, repository.find(session, caller, device_id), response)


@router.post("", status_code=201)
def create_device(
    caller: Enroller, session: Writes, body: DeviceCreate, key: IdempotencyKey, response: Response
) -> DeviceCreated:
    """Register a device. Its credential is in the answer, once, and kept nowhere."""
    secrets: list[str] = []

    def act() -> DeviceDetail:
        device, secret = service.create_device(session, caller, body)
        secrets.append(secret)
        return service.get_detail(session, device)

    # What is kept under the key is the device alone.
    shown = key.once(session, caller, body, DeviceDetail, act)
    response.headers.update({"ETag": etag(shown), "Cache-Control": "no-store"})
    located(response, f"/devices/{shown.device_id}")
    return DeviceCreated(**dict(shown), credential=secrets[0] if secrets else None)


@router.patch("/{device_id}")
def change_device(
    caller: Writer,
    session: Writes,
    device_id: DeviceIdPath,
    body: DeviceChange,
    version: IfMatch,
    response: Response,
) -> DeviceDetail:
    """Change what is sent. Id and model stay: the stored facts rest on them."""
    device = service.change_device(session, caller, device_id, body, version)
    return _detail(session, device, response)


@router.post("/{device_id}/credential")
def rotate_credential(
    caller: Enroller,
    session: Writes,
    device_id: DeviceIdPath,
    response: Response,
    body: Rotation | None = None,
) -> CredentialRead:
    """Give the device a new credential, shown this once; the old one ends at once."""
    reason = body.reason if body else None
    return _credential(*service.rotate_credential(session, caller, device_id, reason), response)


@router.put("/{device_id}/maintenance")
def set_maintenance(
    caller: Writer,
    session: Writes,
    device_id: DeviceIdPath,
    body: MaintenanceSet,
    version: IfMatch,
    response: Response,
) -> DeviceDetail:
    """Somebody works on the device until then: its silence raises no alarm."""
    device = service.set_maintenance(session, caller, device_id, body, version)
    return _detail(session, device, response)


@router.delete("/{device_id}/maintenance")
def end_maintenance(
    caller: Writer,
    session: Writes,
    device_id: DeviceIdPath,
    version: IfMatch,
    response: Response,
) -> DeviceDetail:
    """The work is done."""
    return _detail(session, service.end_maintenance(session, caller, device_id, version), response)


@router.post("/{device_id}/retirement")
def retire(
    caller: Writer,
    session: Writes,
    device_id: DeviceIdPath,
    body: Retirement,
    version: IfMatch,
    response: Response,
) -> DeviceDetail:
    """Take the device out for good; its facts stay, its id is never used again."""
    device = service.retire(session, caller, device_id, body.reason, version)
    return _detail(session, device, response)


@router.delete("/{device_id}/retirement")
def reinstate(
    caller: Enroller,
    session: Writes,
    device_id: DeviceIdPath,
    version: IfMatch,
    response: Response,
) -> CredentialRead:
    """Take a retired device back, with a new credential."""
    return _credential(*service.reinstate(session, caller, device_id, version), response)
