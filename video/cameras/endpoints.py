"""Cameras over HTTP."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response
from sqlalchemy.orm import Session

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IfMatch, Reads, Writes, etag
from center.routing import Router
from ingest.devices.models import Device
from video.cameras import repository, service
from video.cameras.schemas import (
    CameraCounts,
    CameraDetail,
    CameraRead,
    CameraSet,
    CameraState,
    SnapshotRead,
    StateChange,
)
from video.snapshots import repository as snapshots

router = Router(prefix="/cameras", tags=["cameras"])

Reader = Annotated[Caller, permits("video:read")]
Viewer = Annotated[Caller, permits("video:watch")]
Setter = Annotated[Caller, permits("video:write")]
DeviceIdPath = Annotated[str, Path(max_length=40, examples=["CAM-0001"])]
Degrees = Annotated[float, Query(ge=-180, le=180)]


async def _filters(  # async because it does not wait: it needs no thread
    state: CameraState | None = None,
    division: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{2,12}$", description="Division code or the beginning of one."),
    ] = None,
    q: Annotated[
        str | None, Query(min_length=1, max_length=60, description="Part of id, name or number.")
    ] = None,
    bbox: Annotated[
        list[Degrees] | None,
        Query(min_length=4, max_length=4, description="West, south, east, north, each a `bbox`."),
    ] = None,
) -> repository.Filters:
    box = None if bbox is None else (bbox[0], bbox[1], bbox[2], bbox[3])
    return repository.Filters(state, division, q, box)


Filtered = Annotated[repository.Filters, Depends(_filters)]


@router.get("")
def list_cameras(
    caller: Reader, session: Reads, page: PageQuery, filters: Filtered
) -> Page[CameraRead]:
    """Cameras in your divisions by device id, with the state of the stream that is watched."""
    return repository.page_of(session, caller, page, filters)


@router.get("/counts")
def count_cameras(caller: Reader, session: Reads, filters: Filtered) -> CameraCounts:
    """How many of these cameras are in each state."""
    return repository.counts(session, caller, filters)


def _detail(session: Session, caller: Caller, device: Device, response: Response) -> CameraDetail:
    shown = service.get_detail(session, caller, device)
    response.headers["ETag"] = etag(shown)
    return shown


@router.get("/{device_id}")
def get_camera(
    caller: Reader, session: Reads, device_id: DeviceIdPath, response: Response
) -> CameraDetail:
    """One camera, with the ETag that a change needs; `"0"` where nothing is set yet."""
    device = repository.find(session, caller, device_id)
    return _detail(session, caller, device, response)


@router.put("/{device_id}")
def set_camera(
    caller: Setter,
    session: Writes,
    device_id: DeviceIdPath,
    body: CameraSet,
    version: IfMatch,
    response: Response,
) -> CameraDetail:
    """Say where the streams are and how the camera looks; replaces all that was set."""
    device = service.set_camera(session, caller, device_id, body, version)
    return _detail(session, caller, device, response)


@router.get("/{device_id}/states")
def list_states(
    caller: Reader, session: Reads, device_id: DeviceIdPath, page: PageQuery
) -> Page[StateChange]:
    """What became of the camera, the newest first."""
    return repository.history(session, repository.find(session, caller, device_id), page)


@router.get("/{device_id}/snapshots")
def list_snapshots(
    caller: Viewer, session: Reads, device_id: DeviceIdPath, page: PageQuery
) -> Page[SnapshotRead]:
    """Pictures of the camera that are kept, the newest first."""
    return snapshots.page_of(session, repository.find(session, caller, device_id), page)
