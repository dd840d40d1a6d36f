"""Checking one row: its cells become changes of a camera's columns, or problems."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from center.errors import HengyangError
from ingest.devices.enrolment.problems import RowProblem, problem
from ingest.devices.enrolment.reading import Row
from ingest.devices.enrolment.rows import as_text
from video.cameras.models import Camera
from video.cameras.schemas import CameraSet, StreamName, StreamSet
from video.cameras.service import LOOKS, STREAMS, WORDS, stream_columns
from video.enrolment.columns import CAMERAS, SECRET, TEXTS


class Refused(Exception):
    """A cell cannot be used."""

    def __init__(self, field: str, code: str) -> None:
        self.field, self.code = field, code


def cells_of(row: Row) -> dict[str, str]:
    """What is written in a row; a password stays as it is, apostrophe and all."""
    cells = {key: text if key in SECRET else as_text(text) for key, text in row.cells.items()}
    return {key: text for key, text in cells.items() if text}


def told(row: int, field: str, code: str, cells: Mapping[str, str]) -> RowProblem:
    """A problem of a file of cameras, without the password."""
    value = "" if field in SECRET else cells.get(field, "")
    return problem(row, field, value, code, CAMERAS, TEXTS)


def changes_of(cells: Mapping[str, str], camera: Camera) -> dict[str, Any]:
    """The columns of the camera that this row sets.

    Raises:
        Refused
    """
    changes: dict[str, Any] = {}
    for stream in STREAMS:
        changes |= _stream(cells, camera, stream)
    changes |= _looks(cells)
    if not changes:
        raise Refused("", "nothing")
    return changes


def first_problems(row: Row, cells: Mapping[str, str]) -> Iterator[RowProblem]:
    """What can be said of a row without its camera."""
    if "device_id" not in cells:
        yield told(row.number, "device_id", "required", cells)
    if row.rest:
        yield problem(row.number, "", row.rest, "more_cells", CAMERAS, TEXTS)


def _stream(cells: Mapping[str, str], camera: Camera, name: StreamName) -> dict[str, Any]:
    given = {word: cells[f"{name}_{word}"] for word in WORDS if f"{name}_{word}" in cells}
    if not given:
        return {}
    for word in ("address", "user"):
        given.setdefault(word, getattr(camera, f"{name}_{word}"))
    if given["address"] is None:
        raise Refused(f"{name}_address", "address_missing")
    try:
        return stream_columns(camera, name, StreamSet.model_validate(given))
    except ValidationError as error:
        raise Refused(f"{name}_{error.errors()[0]['loc'][0]}", "invalid") from error
    except HengyangError as error:
        word = "password" if error.code() == "password_needed" else "address"
        raise Refused(f"{name}_{word}", error.code()) from error


def _looks(cells: Mapping[str, str]) -> dict[str, Any]:
    given = {name: cells[name] for name in LOOKS if name in cells}
    try:
        return CameraSet.model_validate(given).model_dump(include=set(given))
    except ValidationError as error:
        raise Refused(str(error.errors()[0]["loc"][0]), "invalid") from error
