"""The register as the server's command line sees it: all divisions, every act audited."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.orm import Session

from center.clock import now
from center.database import name_process, transaction
from center.errors import Conflict, Invalid
from center.identity.caller import Caller, command_line
from center.pages import MAX_LIMIT, PageParameters
from center.requests import Body
from ingest.devices import repository, service
from ingest.devices.enrolment import service as enrolment
from ingest.devices.enrolment.schemas import EnrolmentReport
from ingest.devices.schemas import DeviceCreate, DeviceRead, MaintenanceSet, Retirement

B = TypeVar("B", bound=Body)


class FileExists(Conflict):
    """The file for the credentials exists already: choose another name."""


@contextmanager
def _desk() -> Iterator[tuple[Session, Caller]]:
    name_process("device")
    everywhere = replace(command_line(), divisions=("",))
    with transaction() as session:
        yield session, everywhere


def everything(filters: repository.Filters) -> Iterator[DeviceRead]:
    """All devices that fit, by id, read a page at a time."""
    after = None
    while True:
        with _desk() as (session, caller):
            page = PageParameters(MAX_LIMIT, after)
            found = repository.page_of(session, caller, page, filters)
        yield from found.items
        if found.next is None:
            return
        after = found.next


def add(**fields: Any) -> str:
    """Registers a device; gives its credential."""
    body = _valid(DeviceCreate, **fields)
    with _desk() as (session, caller):
        return service.create_device(session, caller, body)[1]


def enrol(file: Path, credentials: Path, options: enrolment.Options) -> EnrolmentReport:
    """Registers the devices of a file; their credentials go to a new file of mode 0600.

    Raises:
        FileExists; Unreadable, HeadingsWrong, TooManyRows: nothing was registered.
    """
    if not options.dry_run and credentials.exists():
        raise FileExists(f"{credentials} exists already: choose another name.")
    with file.open("rb") as opened, _desk() as (session, caller):
        enrolled = enrolment.enrol(session, caller, opened, options)
        if enrolled.report.applied:
            # Inside the transaction: no device without its credential on the disk.
            _write_secret(credentials, enrolment.credentials_csv(enrolled.credentials))
    return enrolled.report


def rotate(device_id: str) -> str:
    """Gives a device a new credential."""
    with _desk() as (session, caller):
        return service.rotate_credential(session, caller, device_id)[1]


def retire(device_id: str, reason: str) -> None:
    """Takes a device out for good."""
    why = _valid(Retirement, reason=reason).reason
    with _desk() as (session, caller):
        service.retire(session, caller, device_id, why)


def reinstate(device_id: str) -> str:
    """Takes a retired device back; gives its new credential."""
    with _desk() as (session, caller):
        return service.reinstate(session, caller, device_id)[1]


def maintain(device_id: str, reason: str, hours: float) -> None:
    """Maintenance for so many hours from now; none ends it."""
    with _desk() as (session, caller):
        if hours <= 0:
            service.end_maintenance(session, caller, device_id)
            return
        body = _valid(MaintenanceSet, reason=reason, until=now() + timedelta(hours=hours))
        service.set_maintenance(session, caller, device_id, body)


def _valid(kind: type[B], **fields: Any) -> B:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        told = (f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
        raise Invalid("; ".join(told)) from error


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
