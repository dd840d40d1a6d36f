"""Reading the register: one statement for a page, one for a device, whatever is joined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.errors import NotFound
from center.identity.caller import Caller
from center.pages import Page, PageParameters, cut
from ingest.devices.models import Device, DeviceModel
from ingest.devices.place import Point
from ingest.devices.schemas import DeviceRead, MaintenanceRead
from ingest.quantities.models import Quantity

# Tables of the ledger and of liveness; here only read.
_status = sa.table(
    "device_status",
    sa.column("device", sa.Integer),
    sa.column("state", sa.Text),
    sa.column("since", sa.DateTime(timezone=True)),
    sa.column("reason", sa.Text),
    sa.column("will_state", sa.Text),
    sa.column("will_at", sa.DateTime(timezone=True)),
)
_ledger = sa.table(
    "ledger",
    sa.column("device", sa.Integer),
    sa.column("last_seen", sa.DateTime(timezone=True)),
    sa.column("clock_skew", sa.REAL),
)

_state = sa.func.coalesce(_status.c.state, "unknown")
_last_message = (
    sa.select(sa.func.max(_ledger.c.last_seen))
    .where(_ledger.c.device == Device.id)
    .scalar_subquery()
)
_clock_skew = (
    sa.select(_ledger.c.clock_skew)
    .where(_ledger.c.device == Device.id)
    .order_by(_ledger.c.last_seen.desc())
    .limit(1)
    .scalar_subquery()
)
_connected_at = sa.case((_status.c.will_state == "online", _status.c.will_at))

_COLUMNS: tuple[Any, ...] = (
    Device.device_id,
    Device.name,
    Device.kind,
    DeviceModel.name.label("model"),
    Device.owner,
    Device.division_code.label("division"),
    sa.func.ST_X(Device.place).label("lon"),
    sa.func.ST_Y(Device.place).label("lat"),
    Device.component_code,
    Device.camera_number,
    _state.label("state"),
    _status.c.since.label("state_since"),
    sa.func.coalesce(_status.c.reason, "never heard of").label("state_reason"),
    sa.func.greatest(_last_message, _connected_at).label("last_seen"),
    _clock_skew.label("clock_skew_seconds"),
    Device.expected_interval_seconds,
    Device.maintenance_reason,
    Device.maintenance_since,
    Device.maintenance_until,
    Device.enabled,
    Device.retired_at,
)
_NAMES = [column.key if hasattr(column, "key") else column.name for column in _COLUMNS]


_CONDITIONS: dict[str, Callable[[str], sa.ColumnElement[bool]]] = {
    "kind": lambda kind: Device.kind == kind,
    "division": lambda prefix: Device.division_code.startswith(prefix, autoescape=True),
    "model": lambda name: Device.model == _model_id(name),
    "text": lambda text: Device.search.contains(text.lower(), autoescape=True),
}


@dataclass(frozen=True)
class Filters:
    """What a list of devices is narrowed to; None: not narrowed. `division` is a prefix."""

    kind: str | None = None
    state: str | None = None
    division: str | None = None
    model: str | None = None
    text: str | None = None
    retired: bool = False

    def narrow(self, chosen: sa.Select[Any]) -> sa.Select[Any]:
        """The selection with each given filter."""
        given = [
            condition(value)
            for name, condition in _CONDITIONS.items()
            if (value := getattr(self, name)) is not None
        ]
        alive = Device.retired_at.is_not(None) if self.retired else Device.retired_at.is_(None)
        return self._in_state(chosen).where(alive, *given)

    def _in_state(self, chosen: sa.Select[Any]) -> sa.Select[Any]:
        if self.state is None:
            return chosen
        same = _status.c.device == Device.id
        if self.state == "unknown":  # also when liveness has not come to it yet
            return chosen.outerjoin(_status, same).where(_state == "unknown")
        return chosen.join(_status, same).where(_status.c.state == self.state)


def _model_id(name: str) -> sa.ScalarSelect[int]:
    return sa.select(DeviceModel.id).where(DeviceModel.name == name).scalar_subquery()


_SELECT = (
    sa.select(*_COLUMNS)
    .join_from(Device, DeviceModel, DeviceModel.id == Device.model)
    .outerjoin(_status, _status.c.device == Device.id)
)


def _read(*values: Any) -> DeviceRead:
    row = dict(zip(_NAMES, values, strict=True))
    lon, lat = row.pop("lon"), row.pop("lat")
    reason = row.pop("maintenance_reason")
    since, until = row.pop("maintenance_since"), row.pop("maintenance_until")
    return DeviceRead(
        **row,
        place=None if lon is None else Point(coordinates=(lon, lat)),
        maintenance=None
        if reason is None
        else MaintenanceRead(reason=reason, since=since, until=until),
    )


def page_of(
    session: Session, caller: Caller, page: PageParameters, filters: Filters
) -> Page[DeviceRead]:
    """One page of the devices in the caller's divisions, by device id.

    First which devices, from the register alone, then what is known of these few.
    """
    chosen = filters.narrow(sa.select(Device.id)).where(caller.scope(Device.division_code))
    if (last := page.key(str)) is not None:
        chosen = chosen.where(Device.device_id > last[0])
    few = chosen.order_by(Device.device_id).limit(page.limit + 1).subquery()
    rows = session.execute(
        _SELECT.join(few, few.c.id == Device.id).order_by(Device.device_id)
    ).all()
    return cut([(_read(*row), (row.device_id,)) for row in rows], page)


def summary(session: Session, device: Device) -> DeviceRead:
    """A device as a list shows it."""
    return _read(*session.execute(_SELECT.where(Device.id == device.id)).one())


def find(session: Session, caller: Caller, device_id: str) -> Device:
    """The device, if it lies in the caller's divisions; its model is loaded with it.

    Raises:
        NotFound
    """
    found = session.scalar(
        sa.select(Device)
        .options(sa.orm.joinedload(Device.of_model, innerjoin=True))
        .where(Device.device_id == device_id, caller.scope(Device.division_code))
    )
    if found is None:
        raise NotFound()
    return found


def quantities_of(session: Session, model: DeviceModel) -> Sequence[Quantity]:
    """What a model measures, in the order of its stored values."""
    return session.scalars(
        sa.select(Quantity)
        .where(Quantity.key.in_(model.quantities))
        .order_by(sa.func.array_position(model.quantities, Quantity.key))
    ).all()
