"""Verification of the trail finds every change, and nothing in an untouched one."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from center.audit.chain import Entry, link
from center.audit.verification import Finding, Verifier

START = datetime(2026, 11, 22, tzinfo=UTC)


def trail(length: int) -> list[SimpleNamespace]:
    """Rows as they come from the table."""
    rows, previous = [], b""
    for seq in range(1, length + 1):
        entry = Entry(
            START + timedelta(seconds=seq), 1, "x", [], "a.b", "", "", "ok", "", "", {"n": seq}
        )
        previous = link(seq, entry, previous)
        rows.append(SimpleNamespace(seq=seq, hash=previous, **asdict(entry)))
    return rows


def look(rows: list[SimpleNamespace], anchors: dict[int, str] | None = None) -> list[Finding]:
    verifier = Verifier(anchors or {})
    for row in rows:
        verifier.take(row)
    verifier.end()
    return verifier.findings


def test_an_untouched_trail_has_no_findings() -> None:
    rows = trail(20)
    assert look(rows, {10: rows[9].hash.hex(), 20: rows[19].hash.hex()}) == []
    assert look([]) == []


@pytest.mark.parametrize("position", [0, 7, 19])
def test_a_changed_row_is_named(position: int) -> None:
    rows = trail(20)
    rows[position].detail = {"n": -1}
    assert look(rows) == [Finding("changed", position + 1, position + 1)]


def test_rows_missing_from_the_middle_are_named() -> None:
    rows = trail(20)
    assert look(rows[:5] + rows[8:]) == [Finding("missing", 6, 8)]


def test_rows_missing_from_the_beginning_are_named() -> None:
    assert look(trail(20)[3:]) == [Finding("missing", 1, 3)]


def test_a_cut_tail_shows_by_the_anchor() -> None:
    rows = trail(20)
    assert look(rows[:15]) == []
    assert look(rows[:15], {18: rows[17].hash.hex()}) == [Finding("cut", 16, 18)]


def test_an_emptied_trail_shows_by_the_anchor() -> None:
    assert look([], {3: "00"}) == [Finding("cut", 1, 3)]


def test_a_trail_written_anew_shows_by_the_anchor() -> None:
    rows, before = trail(20), trail(20)[9].hash.hex()
    forged, previous = [], b""
    for row in rows:
        content = {k: v for k, v in vars(row).items() if k not in ("seq", "hash")}
        entry = replace(Entry(**content), actor="y")
        previous = link(row.seq, entry, previous)
        forged.append(SimpleNamespace(seq=row.seq, hash=previous, **asdict(entry)))
    assert look(forged) == []
    assert look(forged, {10: before}) == [Finding("replaced", 10, 10)]


def test_findings_read_as_sentences() -> None:
    assert str(Finding("missing", 6, 8)).startswith("entries 6 to 8: missing")
    assert str(Finding("changed", 6, 6)).startswith("entry 6: the content")
