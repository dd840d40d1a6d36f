"""Setting a camera: where its streams are and where it looks."""

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
from video.cameras.address import check_literal, networks, parse
from video.cameras.errors import PasswordNeeded
from video.cameras.models import Camera
from video.cameras.schemas import CameraDetail, CameraSet, StreamName, StreamRead, StreamSet
from video.settings import VideoSettings
from video.snapshots import repository as snapshots

PURPOSE = "camera passwords"
STREAMS: tuple[StreamName, ...] = ("main", "sub")
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
    for stream in STREAMS:
        _set_stream(camera, stream, getattr(body, stream))
    for name in LOOKS:
        setattr(camera, name, getattr(body, name))
    camera.version, camera.updated_at = (known.version if known else 0) + 1, now()
    session.add(camera)
    session.flush()
    told = body.model_dump(mode="json", exclude={"main": {"password"}, "sub": {"password"}})
    audit(session, caller, "camera.set", "device", device_id, **told)
    return device


def _set_stream(camera: Camera, name: StreamName, given: StreamSet | None) -> None:
    if given is None:
        _store(camera, name, None, None, None)
        return
    target = parse(given.address)
    check_literal(target, networks(settings(VideoSettings).video_camera_networks))
    sealed: bytes | None = None
    if given.user is not None:
        sealed = _password(camera, name, given, (target.host, target.port))
    _store(camera, name, given.address, given.user, sealed)


def _password(
    camera: Camera, name: StreamName, given: StreamSet, place: tuple[str, int]
) -> bytes | None:
    """The password sealed; the one there is, where none is given and nobody else would get it."""
    if given.password is not None:
        return sealing.seal(given.password, PURPOSE, owner(camera.device, name))
    before = getattr(camera, f"{name}_address")
    kept: bytes | None = getattr(camera, f"{name}_password")
    target = None if before is None else parse(before)
    same = target is not None and (target.host, target.port) == place
    if not same or getattr(camera, f"{name}_user") != given.user:
        raise PasswordNeeded
    return kept


def _store(
    camera: Camera, name: StreamName, address: str | None, user: str | None, sealed: bytes | None
) -> None:
    setattr(camera, f"{name}_address", address)
    setattr(camera, f"{name}_user", user)
    setattr(camera, f"{name}_password", sealed)


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
