"""From bytes to rows: character set, delimiter and headings of a CSV file are found out."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from center.errors import Invalid, TooLarge
from ingest.devices.enrolment.columns import Column, Sheet

MOST_ROWS = 100_000
_CHUNK = 1 << 16
# What spreadsheets write: the mark of UTF-8 or UTF-16, UTF-8 without one, or the national
# standard GB18030 (Excel's "CSV" on a Chinese Windows is its subset GBK).
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("utf-8", "gb18030")
_DELIMITERS = ",\t;"


class Unreadable(Invalid):
    """The file is not a CSV table in UTF-8 or GB18030."""


class HeadingsWrong(Invalid):
    """The first row must hold the headings."""


class TooManyRows(TooLarge):
    """The file has more than 100,000 rows: split it."""


class _Text(io.TextIOWrapper):
    """Text of a file that its owner closes."""

    def close(self) -> None:
        """Leaves the file open, also when this wrapper is dropped."""


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet counts, its cells by column, and cells left over."""

    number: int
    cells: dict[str, str]
    rest: str


@dataclass(frozen=True)
class Table:
    """An opened file; `rows` can be read once."""

    encoding: str
    ignored: list[str]
    rows: Iterator[Row]


def read_table(file: BinaryIO, sheet: Sheet) -> Table:
    """Opens a seekable CSV file with these columns, which is then read row by row.

    Raises:
        Unreadable, HeadingsWrong; while `rows` is read also TooManyRows.
    """
    encoding = detect_encoding(file)
    text = _Text(file, encoding, newline="")
    first = text.readline()
    delimiter = max(_DELIMITERS, key=first.count)
    records = _records(csv.reader(chain([first], text), delimiter=delimiter))
    headings = next(records, [])
    columns = [sheet.column_of(heading) for heading in headings]
    _check_headings(sheet, headings, columns)
    ignored = [
        h for h, column in zip(headings, columns, strict=True) if column is None and h.strip()
    ]
    return Table(encoding, ignored, _rows(records, columns))


def detect_encoding(file: BinaryIO) -> str:
    """The name of the character set, found by reading the file through once.

    Raises:
        Unreadable
    """
    file.seek(0)
    start = file.read(4)
    marked = [encoding for mark, encoding in _MARKS if start.startswith(mark)]
    for name in marked or _GUESSES:
        if _fits(file, name):
            return name
    raise Unreadable()


def _fits(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _records(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise Unreadable(
            f"The file is not a CSV table: {error}. Is a quotation mark open?"
        ) from error


def _check_headings(sheet: Sheet, headings: list[str], columns: list[Column | None]) -> None:
    known = [column.key for column in columns if column is not None]
    if missing := [c for c in sheet.columns if c.required and c.key not in known]:
        names = ", ".join(f"{column.key} ({column.headings[0]})" for column in missing)
        raise HeadingsWrong(f"These columns are missing: {names}.", found=headings[:50])
    if len(set(known)) < len(known):
        twice = next(key for key in known if known.count(key) > 1)
        raise HeadingsWrong(f"Two columns are headed as {twice}.", found=headings[:50])


def _rows(records: Iterator[list[str]], columns: list[Column | None]) -> Iterator[Row]:
    for number, record in enumerate(records, 2):
        if number > MOST_ROWS + 1:
            raise TooManyRows()
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        named = {c.key: cell for c, cell in zip(columns, cells, strict=False) if c is not None}
        yield Row(number, named, " ".join(cells[len(columns) :]).strip())
