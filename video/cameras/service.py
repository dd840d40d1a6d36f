"""Setting a camera: where its streams are and where it looks."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center import sealing
from center.audit.service import audit
from center.clock import now
from center.identity.caller import Caller
from center.requests import Precondition
from center.settings import settings
from ingest.devices.models import Device
from video.cameras import repository
from video.cameras.address import Target, check_literal, networks, parse
from video.cameras.errors import PasswordNeeded
from video.cameras.models import Camera
from video.cameras.schemas import CameraDetail, CameraSet, StreamName, StreamRead, StreamSet
from video.settings import VideoSettings
from video.snapshots import repository as snapshots

PURPOSE = "camera passwords"
STREAMS: tuple[StreamName, ...] = ("main", "sub")
WORDS = ("address", "user", "password")
LOOKS = ("height_m", "heading_deg", "tilt_deg", "fov_deg", "range_m", "snapshot_seconds")


class NotSetYet:
    """Stands for a camera of which nothing is set."""

    version = 0


def get_detail(session: Session, caller: Caller, device: Device) -> CameraDetail:
    """Everything of a camera that this caller may see."""
    camera = session.get(Camera, device.id) or Camera(device=device.id, version=0)
    may_set = caller.may("video:write")
    return CameraDetail(
        **dict(repository.summary(session, device)),
        main=_shown(camera, "main") if may_set else None,
        sub=_shown(camera, "sub") if may_set else None,
        snapshot_seconds=camera.snapshot_seconds,
        snapshot=snapshots.newest(session, device) if caller.may("video:watch") else None,
        version=camera.version,
    )


def set_camera(
    session: Session, caller: Caller, device_id: str, body: CameraSet, version: Precondition
) -> Device:
    """Sets a camera; the workers act by it within seconds.

    Raises:
        NotFound, NotACamera, Stale, AddressWrong, AddressForbidden, PasswordNeeded
    """
    device = repository.find(session, caller, device_id, lock=True)
    known = session.get(Camera, device.id)
    version.check(known or NotSetYet)
    camera = known or Camera(device=device.id)
    changes = {name: getattr(body, name) for name in LOOKS}
    for stream in STREAMS:
        changes |= stream_columns(camera, stream, getattr(body, stream))
    change(session, camera, changes)
    session.flush()
    told = body.model_dump(mode="json", exclude={"main": {"password"}, "sub": {"password"}})
    audit(session, caller, "camera.set", "device", device_id, **told)
    return device


def change(session: Session, camera: Camera, columns: Mapping[str, Any]) -> None:
    """Sets columns of a camera, new or known, and counts the change."""
    for name, value in columns.items():
        setattr(camera, name, value)
    camera.version, camera.updated_at = (camera.version or 0) + 1, now()
    session.add(camera)


def stream_columns(camera: Camera, name: StreamName, given: StreamSet | None) -> dict[str, Any]:
    """The columns of a stream as they are to be; None takes the stream away.

    Raises:
        AddressWrong, AddressForbidden, PasswordNeeded
    """
    if given is None:
        values: tuple[Any, ...] = (None, None, None)
    else:
        target = parse(given.address)
        check_literal(target, networks(settings(VideoSettings).video_camera_networks))
        values = (given.address, given.user, sealed_password(camera, name, given, target))
    return dict(zip((f"{name}_{word}" for word in WORDS), values, strict=True))


def sealed_password(
    camera: Camera, name: StreamName, given: StreamSet, target: Target
) -> bytes | None:
    """The password sealed; the one there is, where none is given and nobody else would get it.

    Raises:
        PasswordNeeded: host or user is another than before.
    """
    if given.user is None:
        return None
    if given.password is not None:
        return sealing.seal(given.password, PURPOSE, owner(camera.device, name))
    before = getattr(camera, f"{name}_address")
    kept: bytes | None = getattr(camera, f"{name}_password")
    known = None if before is None else parse(before)
    same = known is not None and (known.host, known.port) == (target.host, target.port)
    if not same or getattr(camera, f"{name}_user") != given.user:
        raise PasswordNeeded
    return kept


def owner(device: int, name: StreamName) -> str:
    """Whose a sealed password is."""
    return f"camera {device} {name}"


def _shown(camera: Camera, name: StreamName) -> StreamRead | None:
    address = getattr(camera, f"{name}_address")
    if address is None:
        return None
    return StreamRead(
        address=address,
        user=getattr(camera, f"{name}_user"),
        has_password=getattr(camera, f"{name}_password") is not None,
    )


def revision(session: Session) -> tuple[int, int]:
    """Grows with every change of a camera or of the register."""
    statement = "SELECT c.revision, r.revision FROM camera_revision c, register_revision r"
    row = session.execute(sa.text(statement)).one()
    return int(row[0]), int(row[1])
