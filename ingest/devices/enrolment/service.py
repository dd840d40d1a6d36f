"""Enrolling a whole file: rows by themselves, then against each other, then the register."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.database import sql
from center.identity.caller import Caller
from ingest.devices.credentials import generate, hash_credential
from ingest.devices.enrolment.columns import DEVICES
from ingest.devices.enrolment.problems import RowProblem, problem
from ingest.devices.enrolment.reading import Table, read_table
from ingest.devices.enrolment.rows import check_row
from ingest.devices.enrolment.schemas import AcceptedRow, EnrolmentReport
from ingest.devices.models import Device, DeviceModel
from ingest.devices.revision import lock_register
from ingest.devices.schemas import DeviceCreate

PER_STATEMENT = 5000
UNIQUE = ("device_id", "camera_number")


@dataclass(frozen=True)
class Options:
    """`dry_run`: report only. `all_or_nothing`: one problem keeps every row out."""

    dry_run: bool = False
    all_or_nothing: bool = False

    def apply(self, good: Sized, problems: Sized) -> bool:
        """Whether rows that are good come into force beside others that are not."""
        return bool(good) and not self.dry_run and not (self.all_or_nothing and bool(problems))


@dataclass(frozen=True)
class Enrolled:
    """The report, and `(device_id, credential)` of the new devices: kept nowhere else."""

    report: EnrolmentReport
    credentials: list[tuple[str, str]]


Numbered = tuple[int, DeviceCreate]


@dataclass
class _Checked:
    """What became of the rows so far: devices and problems, each with its row."""

    rows: int
    devices: list[Numbered]
    problems: list[RowProblem]

    def good(self) -> list[Numbered]:
        bad = {found.row for found in self.problems}
        return [(number, device) for number, device in self.devices if number not in bad]


def enrol(session: Session, caller: Caller, file: BinaryIO, options: Options) -> Enrolled:
    """Registers the devices of a CSV file and reports on every row.

    Raises:
        Unreadable, HeadingsWrong, TooManyRows: the file as a whole cannot be used.
    """
    table = read_table(file, DEVICES)
    checked = _check(session, caller, table)
    # Hashing takes longer than all the rest: it is done before other writers must wait.
    secrets = {} if options.dry_run else _secrets(checked.devices)
    lock_register(session)
    checked.problems += _taken(session, checked.devices)
    good = checked.good()
    apply = options.apply(good, checked.problems)
    if apply:
        _insert(session, [device for _, device in good], secrets)
    accepted = [(number, device.device_id) for number, device in good]
    problems = sorted(checked.problems, key=lambda found: found.row)
    report = report_of(table, options, checked.rows, accepted, problems, applied=apply)
    told: dict[str, Any] = {"applied": apply, "rows": report.rows, "accepted": len(good)}
    audit(session, caller, "device.enrol", "device", **told, problems=len(report.problems))
    given = [(d.device_id, secrets[d.device_id][0]) for _, d in good] if apply else []
    return Enrolled(report, given)


def _check(session: Session, caller: Caller, table: Table) -> _Checked:
    """Rows by themselves and against each other, before anybody must wait."""
    models = {model.name: model for model in session.scalars(sa.select(DeviceModel))}
    checked = _Checked(0, [], [])
    for row in table.rows:
        checked.rows += 1
        found = check_row(row, caller, models)
        if isinstance(found, DeviceCreate):
            checked.devices.append((row.number, found))
        else:
            checked.problems += found
    checked.problems += _twice(checked.devices)
    return checked


def report_of(
    table: Table,
    options: Options,
    rows: int,
    accepted: Iterable[tuple[int, str]],
    problems: list[RowProblem],
    *,
    applied: bool,
) -> EnrolmentReport:
    """The report on a file of any sheet with so many rows; `accepted`: each with its device id."""
    return EnrolmentReport(
        encoding=table.encoding,
        ignored_columns=table.ignored,
        dry_run=options.dry_run,
        all_or_nothing=options.all_or_nothing,
        applied=applied,
        rows=rows,
        accepted=[AcceptedRow(row=row, device_id=device_id) for row, device_id in accepted],
        problems=problems,
    )


def digest_of(file: BinaryIO) -> bytes:
    """SHA-256 of a whole file, which names it in the request's idempotency key."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.digest()


def credentials_csv(credentials: Sequence[tuple[str, str]]) -> str:
    """The file that goes to those who set the devices up; no cell of it needs quoting."""
    return "".join(f"{name},{secret}\r\n" for name, secret in [HEADING, *credentials])


HEADING = ("device_id", "credential")


def _twice(devices: Sequence[Numbered]) -> Iterator[RowProblem]:
    for field in UNIQUE:
        values = [(number, getattr(device, field)) for number, device in devices]
        times = Counter(value for _, value in values)
        for number, value in values:
            if value is not None and times[value] > 1:
                yield problem(number, field, value, "twice")


def _secrets(devices: Sequence[Numbered]) -> dict[str, tuple[str, str]]:
    """A secret and its hash for each device id."""
    made = ((device.device_id, generate()) for _, device in devices)
    return {device_id: (secret, hash_credential(secret)) for device_id, secret in made}


def _taken(session: Session, devices: Sequence[Numbered]) -> Iterator[RowProblem]:
    """Ids and camera numbers that the register has already; nobody else writes it meanwhile."""
    codes = {"device_id": "exists", "camera_number": "camera_number_taken"}
    for field, code in codes.items():
        column = getattr(Device, field)
        wanted = [value for _, d in devices if (value := getattr(d, field)) is not None]
        chosen = sa.select(column).where(column == sa.any_(sa.literal(wanted, _TEXTS)))
        known = set(session.scalars(chosen)) if wanted else set()
        for number, device in devices:
            if getattr(device, field) in known:
                yield problem(number, field, getattr(device, field), code)


_TEXTS = sa.ARRAY(sa.Text)


def _insert(
    session: Session, devices: Sequence[DeviceCreate], secrets: dict[str, tuple[str, str]]
) -> None:
    statement = sa.text(sql("ingest.devices", "enrol"))
    for start in range(0, len(devices), PER_STATEMENT):
        some = devices[start : start + PER_STATEMENT]
        places = [d.place.coordinates if d.place else (None, None) for d in some]
        session.execute(
            statement,
            {
                "device_id": [d.device_id for d in some],
                "name": [d.name for d in some],
                "model": [d.model for d in some],
                "owner": [d.owner for d in some],
                "division": [d.division for d in some],
                "lon": [lon for lon, _ in places],
                "lat": [lat for _, lat in places],
                "component_code": [d.component_code for d in some],
                "camera_number": [d.camera_number for d in some],
                "expected_interval_seconds": [d.expected_interval_seconds for d in some],
                "credential_hash": [secrets[d.device_id][1] for d in some],
            },
        )
