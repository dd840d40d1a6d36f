"""What is to be watched: the cameras of the register with a stream, gathered by stream."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center import sealing
from center.errors import HengyangError
from ingest.devices.models import Device
from video.cameras.address import parse
from video.cameras.models import Camera
from video.cameras.schemas import StreamName
from video.cameras.service import PURPOSE, owner
from video.streams.source import Source, Watched


class Planned(NamedTuple):
    """A stream that is watched, the cameras that show it, and their main streams if others."""

    source: Source
    cameras: dict[int, Watched]
    mains: dict[int, Source]


def read(session: Session, snapshot_seconds: int) -> dict[bytes, Planned]:
    """All streams by their keys, whoever watches them."""
    rows = session.execute(
        sa.select(Camera, Device.device_id, Device.division_code)
        .join(Device, Device.id == Camera.device)
        .where(
            Device.retired_at.is_(None),
            Device.enabled,
            sa.func.coalesce(Camera.main_address, Camera.sub_address).is_not(None),
        )
        .order_by(Camera.device)
    ).all()
    plan: dict[bytes, Planned] = {}
    for camera, device_id, division_code in rows:
        source = source_of(camera)
        rhythm = camera.snapshot_seconds
        watched = Watched(
            camera.device, device_id, division_code, snapshot_seconds if rhythm is None else rhythm
        )
        planned = plan.setdefault(source.key, Planned(source, {}, {}))
        planned.cameras[camera.device] = watched
        if None not in (camera.sub_address, camera.main_address):
            planned.mains[camera.device] = _source(camera, "main")
    return plan


def source_of(camera: Camera) -> Source:
    """The stream that is watched of a camera: the sub-stream where there is one."""
    return _source(camera, "sub" if camera.sub_address is not None else "main")


def _source(camera: Camera, name: StreamName) -> Source:
    given: Mapping[str, Any] = {
        word: getattr(camera, f"{name}_{word}") for word in ("address", "user", "password")
    }
    target = parse(given["address"])
    if given["user"] is None:
        return Source(target, None)
    try:
        sealed = given["password"]
        password = sealing.unseal(sealed, PURPOSE, owner(camera.device, name)) if sealed else ""
    except HengyangError as error:
        return Source(target, None, error.detail)
    return Source(target, (given["user"], password))
