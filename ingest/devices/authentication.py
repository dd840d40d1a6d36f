"""A device at the HTTP door: Basic authentication with the credential it has for the broker."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from sqlalchemy.orm import Session

from center.database import transaction
from center.errors import Unauthenticated
from center.identity.guard import Door
from ingest.devices.credentials import verify
from ingest.devices.models import Device

_basic = HTTPBasic(realm="hengyang devices", auto_error=False)


class DeviceRefused(Unauthenticated):
    """Wrong device id or credential, or the device may not connect now."""


@dataclass(frozen=True)
class DeviceCaller:
    """The device that makes this request."""

    number: int
    device_id: str
    kind: str
    division_code: str


def authenticate(session: Session, device_id: str, secret: str) -> DeviceCaller:
    """The device with this credential.

    Raises:
        DeviceRefused: after the same time whatever is wrong.
    """
    row = session.execute(
        sa.select(
            Device.id, Device.device_id, Device.kind, Device.division_code, Device.credential_hash
        ).where(Device.device_id == device_id, Device.enabled, Device.retired_at.is_(None))
    ).one_or_none()
    if not verify(secret, row.credential_hash if row else None) or row is None:
        raise DeviceRefused()
    return DeviceCaller(row.id, row.device_id, row.kind, row.division_code)


class DeviceGuard(Door):
    """Lets a device in under its own id."""

    def __call__(
        self, given: Annotated[HTTPBasicCredentials | None, Depends(_basic)]
    ) -> DeviceCaller:
        """Its own short transaction: an upload of a picture must not hold a connection."""
        if given is None or "\x00" in given.username:
            raise DeviceRefused()
        with transaction() as session:
            return authenticate(session, given.username, given.password)


AuthenticatedDevice = Annotated[DeviceCaller, Depends(DeviceGuard())]
