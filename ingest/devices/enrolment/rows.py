"""Checking one row by itself: its cells become a device to register, or problems."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from center.identity.caller import Caller
from ingest.devices.enrolment.columns import COLUMNS, KINDS_ZH
from ingest.devices.enrolment.problems import RowProblem, problem
from ingest.devices.enrolment.reading import Row
from ingest.devices.errors import OutsideDivisions, ReservedName
from ingest.devices.models import DeviceModel
from ingest.devices.place import OutsideArea, check_area
from ingest.devices.schemas import DeviceCreate
from ingest.devices.service import check_division, check_name

WORDS = ("name", "owner")  # everything else is a code: full-width digits become plain ones
_SPREADSHEET = re.compile(r"^\d[.\d]*E\+?\d+$", re.IGNORECASE)
_PLACE = {0: "lon", 1: "lat"}


def check_row(
    row: Row, caller: Caller, models: Mapping[str, DeviceModel]
) -> DeviceCreate | list[RowProblem]:
    """What can be said of a row without the other rows and the register."""
    cells = {key: _clean(key, text) for key, text in row.cells.items()}
    found = _first_problems(row, cells)
    if found:
        return found
    try:
        device = DeviceCreate.model_validate(_document(cells))
    except ValidationError as error:
        fields = {_field(item["loc"]) for item in error.errors()}
        return [_invalid(row.number, field, cells) for field in sorted(fields)]
    return _against_city(row.number, device, cells, caller, models) or device


def _clean(key: str, text: str) -> str:
    text = as_text(text)
    return text if key in WORDS else unicodedata.normalize("NFKC", text)


def as_text(cell: str) -> str:
    """A cell without the apostrophe by which spreadsheets are told that a number is text."""
    return cell.removeprefix("'").strip()


def _first_problems(row: Row, cells: Mapping[str, str]) -> list[RowProblem]:
    missing = [c.key for c in COLUMNS if c.required and not cells.get(c.key)]
    found = [problem(row.number, key, "", "required") for key in missing]
    if row.rest:
        found.append(problem(row.number, "", row.rest, "more_cells"))
    if bool(cells.get("lon")) != bool(cells.get("lat")):
        absent = "lat" if cells.get("lon") else "lon"
        found.append(problem(row.number, absent, "", "required"))
    return found


def _document(cells: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {k: v for k, v in cells.items() if v and k in DeviceCreate.model_fields}
    if cells.get("lon"):
        given["place"] = {"coordinates": (cells["lon"], cells["lat"])}
    if given.get("expected_interval_seconds") == "0":
        given["expected_interval_seconds"] = None
    return given


def _field(location: tuple[int | str, ...]) -> str:
    head = str(location[0])
    return _PLACE.get(int(location[-1]), "lon") if head == "place" else head


def _invalid(number: int, field: str, cells: Mapping[str, str]) -> RowProblem:
    value = cells.get(field, "")
    code = "spreadsheet_number" if _SPREADSHEET.match(value) else "invalid"
    return problem(number, field, value, code)


def _against_city(
    number: int,
    device: DeviceCreate,
    cells: Mapping[str, str],
    caller: Caller,
    models: Mapping[str, DeviceModel],
) -> list[RowProblem]:
    found: list[tuple[str, str]] = []
    model = models.get(device.model)
    kind = cells.get("kind", "")
    if model is None:
        found.append(("model", "unknown_model"))
    elif kind and KINDS_ZH.get(kind, kind.lower()) != model.kind:
        found.append(("kind", "kind_of_model"))
    try:
        check_division(caller, device.division)
    except OutsideDivisions:
        found.append(("division", "outside_divisions"))
    try:
        check_name(device.device_id)
    except ReservedName:
        found.append(("device_id", "reserved"))
    try:
        if device.place is not None:
            check_area(*device.place.coordinates)
    except OutsideArea:
        found.append(("lon", "outside_area"))
    return [problem(number, field, cells.get(field, ""), code) for field, code in found]
