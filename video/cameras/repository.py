"""Reading cameras: the register, what is set, and what the watching worker says, in one row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.errors import NotFound
from center.geojson import Point
from center.identity.caller import Caller
from center.pages import Page, PageParameters, cut, paginate
from ingest.devices.models import Device
from video.cameras.errors import NotACamera
from video.cameras.models import Camera
from video.cameras.schemas import CameraCounts, CameraRead, StateChange

SILENT_AFTER = sa.text("interval '30 seconds'")  # a worker that has not beaten its heart

_time = sa.DateTime(timezone=True)
_states = sa.table(
    "camera_states",
    sa.column("device", sa.Integer),
    sa.column("state", sa.Text),
    sa.column("reason", sa.Text),
    sa.column("since", _time),
    sa.column("width", sa.Integer),
    sa.column("height", sa.Integer),
    sa.column("codec", sa.Text),
    sa.column("watcher", sa.Text),
)
_processes = sa.table(
    "processes",
    sa.column("name", sa.Text),
    sa.column("state", sa.Text),
    sa.column("last_beat", _time),
    sa.column("detail", sa.JSON),
)
_log = sa.table(
    "camera_state_log",
    sa.column("id", sa.BigInteger),
    sa.column("device", sa.Integer),
    sa.column("time", _time),
    sa.column("state", sa.Text),
    sa.column("reason", sa.Text),
)
_lives = sa.and_(
    _processes.c.name == _states.c.watcher,
    _processes.c.state == "running",
    _processes.c.last_beat > sa.func.now() - SILENT_AFTER,
)
_known = _processes.c.name.is_not(None)
_state = sa.case(
    (Device.enabled.is_(False), "disabled"),
    (sa.func.coalesce(Camera.main_address, Camera.sub_address).is_(None), "unset"),
    (_known, _states.c.state),
    else_="unwatched",
)
_COLUMNS: dict[str, Any] = {
    "device_id": Device.device_id,
    "name": Device.name,
    "division": Device.division_code,
    "lon": sa.func.ST_X(Device.place),
    "lat": sa.func.ST_Y(Device.place),
    "camera_number": Device.camera_number,
    "state": _state,
    "state_since": sa.case((_known, _states.c.since)),
    "state_reason": sa.func.coalesce(sa.case((_known, _states.c.reason)), ""),
    "width": _states.c.width,
    "height": _states.c.height,
    "codec": _states.c.codec,
    "height_m": Camera.height_m,
    "heading_deg": Camera.heading_deg,
    "tilt_deg": Camera.tilt_deg,
    "fov_deg": Camera.fov_deg,
    "range_m": Camera.range_m,
}
_FROM = (
    sa.join(Device, Camera, Camera.device == Device.id, isouter=True)
    .join(_states, _states.c.device == Device.id, isouter=True)
    .join(_processes, _lives, isouter=True)
)
_IS_CAMERA = sa.and_(Device.kind == "camera", Device.retired_at.is_(None))


@dataclass(frozen=True)
class Filters:
    """What a list of cameras is narrowed to; None: not narrowed. `division` is a prefix."""

    state: str | None = None
    division: str | None = None
    text: str | None = None
    bbox: tuple[float, float, float, float] | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """One for each given filter."""
        rows: dict[str, Callable[[Any], sa.ColumnElement[bool]]] = {
            "state": lambda state: _state == state,
            "division": lambda prefix: Device.division_code.startswith(prefix, autoescape=True),
            "text": lambda text: Device.search.contains(text.lower(), autoescape=True),
            "bbox": lambda box: Device.place.op("&&")(sa.func.ST_MakeEnvelope(*box, 4326)),
        }
        return [
            condition(value)
            for name, condition in rows.items()
            if (value := getattr(self, name)) is not None
        ]


def page_of(
    session: Session, caller: Caller, page: PageParameters, filters: Filters
) -> Page[CameraRead]:
    """One page of the cameras in the caller's divisions, by device id."""
    chosen = _select().where(caller.scope(Device.division_code), *filters.conditions())
    if (last := page.key(str)) is not None:
        chosen = chosen.where(Device.device_id > last[0])
    rows = session.execute(chosen.order_by(Device.device_id).limit(page.limit + 1)).all()
    return cut([(_read(row), (row.device_id,)) for row in rows], page)


def counts(session: Session, caller: Caller, filters: Filters) -> CameraCounts:
    """How many cameras there are in each state."""
    statement = (
        sa.select(_state, sa.func.count())
        .select_from(_FROM)
        .where(_IS_CAMERA, caller.scope(Device.division_code), *filters.conditions())
        .group_by(_state)
    )
    found: dict[Any, int] = {row[0]: row[1] for row in session.execute(statement)}
    return CameraCounts(states=found, total=sum(found.values()))


def summary(session: Session, device: Device) -> CameraRead:
    """A camera as a list shows it."""
    return _read(session.execute(_select().where(Device.id == device.id)).one())


def find(session: Session, caller: Caller, device_id: str, *, lock: bool = False) -> Device:
    """The camera's device, if it lies in the caller's divisions.

    Raises:
        NotFound, NotACamera
    """
    statement = sa.select(Device).where(
        Device.device_id == device_id,
        Device.retired_at.is_(None),
        caller.scope(Device.division_code),
    )
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound
    if found.kind != "camera":
        raise NotACamera
    return found


def history(session: Session, device: Device, page: PageParameters) -> Page[StateChange]:
    """What became of a camera, the newest first."""

    def read(time: datetime, state: Any, reason: str) -> StateChange:
        return StateChange(time=time, state=state, reason=reason)

    chosen = sa.select(_log.c.time, _log.c.state, _log.c.reason).where(_log.c.device == device.id)
    return paginate(session, chosen, (_log.c.time, _log.c.id), page, read, descending=True)


def live_address(session: Session, device: Device) -> tuple[str, str] | None:
    """Name and address of the worker that watches the camera; None where none does."""
    row = session.execute(
        sa.select(_processes.c.name, _processes.c.detail["live"].as_string())
        .select_from(_FROM)
        .where(Device.id == device.id, _known)
    ).one_or_none()
    return None if row is None or row[1] is None else (row[0], row[1])


def any_worker(session: Session) -> str | None:
    """Address of the video worker that beat its heart last; None where none runs."""
    live = _processes.c.detail["live"].as_string()
    alive = (_processes.c.state == "running", _processes.c.last_beat > sa.func.now() - SILENT_AFTER)
    chosen = sa.select(live).where(_processes.c.name.like("video-%"), live.is_not(None), *alive)
    found: str | None = session.scalar(chosen.order_by(_processes.c.last_beat.desc()).limit(1))
    return found


def _select() -> sa.Select[Any]:
    columns = [column.label(name) for name, column in _COLUMNS.items()]
    return sa.select(*columns).select_from(_FROM).where(_IS_CAMERA)


def _read(found: Any) -> CameraRead:
    row = dict(found._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    lon, lat = row.pop("lon"), row.pop("lat")
    return CameraRead(**row, place=None if lon is None else Point(coordinates=(lon, lat)))
