"""The register's acts: register, change, maintain, retire, renew credentials."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.clock import now
from center.identity.caller import Caller
from center.requests import Precondition
from ingest.devices import repository
from ingest.devices.catalogue.service import model_named
from ingest.devices.credentials import generate, hash_credential
from ingest.devices.errors import (
    CameraNumberTaken,
    DeviceExists,
    DeviceNotRetired,
    DeviceRetired,
    MaintenanceEnd,
    NotMeasured,
    OutsideDivisions,
    ReservedName,
)
from ingest.devices.models import Device, DeviceModel
from ingest.devices.names import is_reserved
from ingest.devices.place import stored
from ingest.devices.revision import lock_register
from ingest.devices.schemas import (
    Calibration,
    DeviceChange,
    DeviceCreate,
    DeviceDetail,
    MaintenanceSet,
)
from ingest.quantities.schemas import QuantityRead

LONGEST_MAINTENANCE = timedelta(days=366)
_NULLABLE = {"place", "component_code", "camera_number", "expected_interval_seconds"}
_COLUMN = {"division": "division_code"}


def get_detail(session: Session, device: Device) -> DeviceDetail:
    """Everything about a device but its secret."""
    shown = repository.summary(session, device)
    quantities = repository.quantities_of(session, device.of_model)
    return DeviceDetail(
        **dict(shown),
        quantities=[QuantityRead.model_validate(quantity) for quantity in quantities],
        calibration={key: Calibration(**value) for key, value in device.calibration.items()},
        retired_reason=device.retired_reason,
        credential_rotated_at=device.credential_rotated_at,
        created_at=device.created_at,
        updated_at=device.updated_at,
        version=device.version,
    )


def create_device(session: Session, caller: Caller, body: DeviceCreate) -> tuple[Device, str]:
    """Registers a device; returns it with its credential, which is kept nowhere.

    Raises:
        DeviceExists, CameraNumberTaken, ReservedName, UnknownModel, NotMeasured, OutsideArea,
        OutsideDivisions
    """
    check_division(caller, body.division)
    check_name(body.device_id)
    lock_register(session)
    if session.scalar(sa.select(Device.id).where(Device.device_id == body.device_id)) is not None:
        raise DeviceExists()
    model = model_named(session, body.model)
    _check_camera_number(session, body.camera_number)
    _check_calibration(model, body.calibration)
    secret = generate()
    device = Device(
        **body.model_dump(exclude={"division", "model", "place", "calibration"}),
        kind=model.kind,
        model=model.id,
        division_code=body.division,
        place=stored(body.place),
        calibration={key: value.model_dump() for key, value in body.calibration.items()},
        credential_hash=hash_credential(secret),
        credential_rotated_at=now(),
    )
    session.add(device)
    session.flush()
    audit(session, caller, "device.create", "device", device.device_id, division=body.division)
    return repository.find(session, caller, body.device_id), secret


def change_device(
    session: Session, caller: Caller, device_id: str, change: DeviceChange, version: Precondition
) -> Device:
    """Changes what was sent.

    Raises:
        NotFound, Stale, DeviceRetired, CameraNumberTaken, NotMeasured, OutsideArea,
        OutsideDivisions
    """
    device = _to_change(session, caller, device_id, version)
    sent = {name: getattr(change, name) for name in change.model_fields_set}
    changed = {k: v for k, v in sent.items() if v is not None or k in _NULLABLE}
    if "division" in changed:
        check_division(caller, changed["division"])
    if changed.get("camera_number") not in {None, device.camera_number}:
        _check_camera_number(session, changed["camera_number"])
    _check_calibration(device.of_model, changed.get("calibration", {}))
    for name, value in changed.items():
        setattr(device, _COLUMN.get(name, name), _column_value(name, value))
    session.flush()
    told = change.model_dump(mode="json", include=set(changed))
    audit(session, caller, "device.change", "device", device_id, changed=told)
    return device


def rotate_credential(
    session: Session, caller: Caller, device_id: str, reason: str | None = None
) -> tuple[Device, str]:
    """Gives the device a new credential; the old one ends with this transaction.

    Raises:
        NotFound, DeviceRetired
    """
    device = _to_change(session, caller, device_id)
    secret = generate()
    device.credential_hash = hash_credential(secret)
    device.credential_rotated_at = now()
    session.flush()
    told = {} if reason is None else {"reason": reason}
    audit(session, caller, "device.rotate", "device", device_id, **told)
    return device, secret


def set_maintenance(
    session: Session,
    caller: Caller,
    device_id: str,
    body: MaintenanceSet,
    version: Precondition | None = None,
) -> Device:
    """Starts maintenance, or changes its reason and end.

    Raises:
        NotFound, Stale, DeviceRetired, MaintenanceEnd
    """
    device = _to_change(session, caller, device_id, version)
    moment = now()
    if not moment < body.until <= moment + LONGEST_MAINTENANCE:
        raise MaintenanceEnd()
    under_way = device.maintenance_until is not None and device.maintenance_until > moment
    device.maintenance_since = device.maintenance_since if under_way else moment
    device.maintenance_until, device.maintenance_reason = body.until, body.reason
    session.flush()
    audit(
        session,
        caller,
        "device.maintain",
        "device",
        device_id,
        reason=body.reason,
        until=body.until.isoformat(),
    )
    return device


def end_maintenance(
    session: Session, caller: Caller, device_id: str, version: Precondition | None = None
) -> Device:
    """Ends maintenance now; no harm where there is none.

    Raises:
        NotFound, Stale
    """
    device = _to_change(session, caller, device_id, version)
    _clear_maintenance(device)
    session.flush()
    audit(session, caller, "device.maintain_end", "device", device_id)
    return device


def retire(
    session: Session,
    caller: Caller,
    device_id: str,
    reason: str,
    version: Precondition | None = None,
) -> Device:
    """Takes a device out for good: its credential ends, its id and its facts stay.

    Raises:
        NotFound, Stale, DeviceRetired
    """
    device = _to_change(session, caller, device_id, version)
    device.retired_at, device.retired_reason = now(), reason
    device.credential_hash = device.credential_rotated_at = None
    _clear_maintenance(device)
    session.flush()
    audit(session, caller, "device.retire", "device", device_id, reason=reason)
    return device


def reinstate(
    session: Session, caller: Caller, device_id: str, version: Precondition | None = None
) -> tuple[Device, str]:
    """Takes a retired device back, with a new credential.

    Raises:
        NotFound, Stale, DeviceNotRetired
    """
    device = _locked(session, caller, device_id, version)
    if device.retired_at is None:
        raise DeviceNotRetired()
    secret = generate()
    device.retired_at = device.retired_reason = None
    device.credential_hash, device.credential_rotated_at = hash_credential(secret), now()
    session.flush()
    audit(session, caller, "device.reinstate", "device", device_id)
    return device, secret


def check_division(caller: Caller, division: str) -> None:
    """Raises OutsideDivisions where the caller has no say."""
    if not caller.sees(division):
        raise OutsideDivisions()


def check_name(device_id: str) -> None:
    """Raises ReservedName for a name of our own programs at the broker."""
    if is_reserved(device_id):
        raise ReservedName()


def _to_change(
    session: Session, caller: Caller, device_id: str, version: Precondition | None = None
) -> Device:
    device = _locked(session, caller, device_id, version)
    if device.retired_at is not None:
        raise DeviceRetired()
    return device


def _locked(
    session: Session, caller: Caller, device_id: str, version: Precondition | None
) -> Device:
    lock_register(session)
    device = repository.find(session, caller, device_id)
    if version is not None:
        version.check(device)
    return device


def _check_camera_number(session: Session, number: str | None) -> None:
    taken = sa.select(Device.id).where(Device.camera_number == number)
    if number is not None and session.scalar(taken) is not None:
        raise CameraNumberTaken()


def _check_calibration(model: DeviceModel, calibration: dict[str, Calibration]) -> None:
    if unknown := sorted(calibration.keys() - set(model.quantities)):
        raise NotMeasured(f"Devices of model {model.name!r} do not measure {unknown[0]!r}.")


def _column_value(name: str, value: Any) -> Any:
    if name == "place":
        return stored(value)
    if name == "calibration":
        return {key: factors.model_dump() for key, factors in value.items()}
    return value


def _clear_maintenance(device: Device) -> None:
    nothing: datetime | None = None
    device.maintenance_since = device.maintenance_until = nothing
    device.maintenance_reason = None
