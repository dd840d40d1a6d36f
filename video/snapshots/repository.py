"""Reading snapshots."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.pages import Page, PageParameters, paginate
from ingest.devices.models import Device
from video.cameras.schemas import SnapshotRead

_snapshots = sa.table(
    "camera_snapshots",
    sa.column("device", sa.Integer),
    sa.column("time", sa.DateTime(timezone=True)),
    sa.column("sha256", sa.LargeBinary),
    sa.column("width", sa.Integer),
    sa.column("height", sa.Integer),
)
_SELECT = sa.select(_snapshots.c.time, _snapshots.c.sha256, _snapshots.c.width, _snapshots.c.height)


def newest(session: Session, device: Device) -> SnapshotRead | None:
    """The newest picture of a camera."""
    chosen = _SELECT.where(_snapshots.c.device == device.id)
    row = session.execute(chosen.order_by(_snapshots.c.time.desc()).limit(1)).one_or_none()
    return None if row is None else _read(*row)


def page_of(session: Session, device: Device, page: PageParameters) -> Page[SnapshotRead]:
    """One page of a camera's pictures, the newest first."""
    chosen = _SELECT.where(_snapshots.c.device == device.id)
    return paginate(session, chosen, (_snapshots.c.time,), page, _read, descending=True)


def _read(time: datetime, sha256: bytes, width: int, height: int) -> SnapshotRead:
    return SnapshotRead(time=time, sha256=bytes(sha256).hex(), width=width, height=height)
