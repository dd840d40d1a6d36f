"""Setting the cameras of a whole file: rows against the register, then all at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.identity.caller import Caller
from ingest.devices.enrolment.problems import RowProblem
from ingest.devices.enrolment.reading import Row, read_table
from ingest.devices.enrolment.schemas import EnrolmentReport
from ingest.devices.enrolment.service import Options, report_of
from ingest.devices.models import Device
from video.cameras.models import Camera
from video.cameras.service import change
from video.enrolment.columns import CAMERAS
from video.enrolment.rows import Refused, cells_of, changes_of, first_problems, told

KIND = "camera"


@dataclass(frozen=True, slots=True)
class Good:
    """A row that can be used: whose camera it sets, and how."""

    row: int
    device_id: str
    camera: Camera
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """Devices that the rows name, in the caller's divisions, and what is set of them."""

    devices: dict[str, Device]
    cameras: dict[int, Camera]


def enrol(session: Session, caller: Caller, file: BinaryIO, options: Options) -> EnrolmentReport:
    """Sets the cameras of a CSV file and reports on every row.

    Raises:
        Unreadable, HeadingsWrong, TooManyRows: the file as a whole cannot be used.
    """
    table = read_table(file, CAMERAS)
    rows = [(row, cells_of(row)) for row in table.rows]
    known = _known(session, caller, [cells.get("device_id", "") for _, cells in rows])
    twice = Counter(cells.get("device_id") for _, cells in rows)
    good: list[Good] = []
    problems: list[RowProblem] = []
    for row, cells in rows:
        found = _check(row, cells, known, twice[cells.get("device_id")] > 1)
        if isinstance(found, Good):
            good.append(found)
        else:
            problems += found
    apply = options.apply(good, problems)
    if apply:
        for one in good:
            change(session, one.camera, one.changes)
        session.flush()
    accepted = [(one.row, one.device_id) for one in good]
    report = report_of(table, options, len(rows), accepted, problems, applied=apply)
    told_of: dict[str, Any] = {"rows": len(rows), "accepted": len(good), "problems": len(problems)}
    audit(session, caller, "camera.enrol", "device", applied=apply, **told_of)
    return report


def _known(session: Session, caller: Caller, wanted: Sequence[str]) -> Known:
    """Locked by their numbers in order, so that two files cannot wait for each other."""
    ids = sa.any_(sa.literal(sorted(set(wanted)), sa.ARRAY(sa.Text)))
    chosen = sa.select(Device).where(
        Device.device_id == ids, Device.retired_at.is_(None), caller.scope(Device.division_code)
    )
    devices = list(session.scalars(chosen.order_by(Device.id).with_for_update()))
    numbers = sa.literal([device.id for device in devices], sa.ARRAY(sa.Integer))
    cameras = session.scalars(sa.select(Camera).where(Camera.device == sa.any_(numbers)))
    return Known({d.device_id: d for d in devices}, {camera.device: camera for camera in cameras})


def _check(
    row: Row, cells: dict[str, str], known: Known, is_twice: bool
) -> Good | list[RowProblem]:
    if found := list(first_problems(row, cells)):
        return found
    device = known.devices.get(cells["device_id"])
    if is_twice:
        return [told(row.number, "device_id", "twice", cells)]
    if device is None or device.kind != KIND:
        code = "unknown_device" if device is None else "not_a_camera"
        return [told(row.number, "device_id", code, cells)]
    camera = known.cameras.get(device.id) or Camera(device=device.id)
    try:
        return Good(row.number, device.device_id, camera, changes_of(cells, camera))
    except Refused as refused:
        return [told(row.number, refused.field, refused.code, cells)]
