"""Verification of the trail finds every change, and nothing in an untouched one."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Literal

import pytest

from center.audit.anchors import Anchor, in_force
from center.audit.chain import Entry, link
from center.audit.verification import RESTORE, Finding, Verifier

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


def anchored(row: SimpleNamespace, kind: Literal["head", "restored"] = "head") -> Anchor:
    return Anchor("2026-11-22T00:00:00+00:00", row.seq, row.hash.hex(), row.seq, kind)


def look(rows: list[SimpleNamespace], *anchors: Anchor) -> list[Finding]:
    verifier = Verifier(in_force(anchors))
    for row in rows:
        verifier.take(row)
    verifier.end()
    return verifier.findings


def test_an_untouched_trail_has_no_findings() -> None:
    rows = trail(20)
    assert look(rows, anchored(rows[9]), anchored(rows[19])) == []
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
    assert look(rows[:15], anchored(rows[17])) == [Finding("cut", 16, 18)]


def test_an_emptied_trail_shows_by_the_anchor() -> None:
    assert look([], anchored(trail(3)[2])) == [Finding("cut", 1, 3)]


def test_a_trail_written_anew_shows_by_the_anchor() -> None:
    rows, before = trail(20), trail(20)[9]
    forged, previous = [], b""
    for row in rows:
        content = {k: v for k, v in vars(row).items() if k not in ("seq", "hash")}
        entry = replace(Entry(**content), actor="y")
        previous = link(row.seq, entry, previous)
        forged.append(SimpleNamespace(seq=row.seq, hash=previous, **asdict(entry)))
    assert look(forged) == []
    assert look(forged, anchored(before)) == [Finding("replaced", 10, 10)]


class TestRestored:
    """A backup with the first 15 entries was brought back; the 16th tells of it."""

    def test_an_anchor_of_a_restore_on_another_entry_is_found(self) -> None:
        rows = trail(16)
        restored = anchored(rows[15], "restored")
        assert look(rows, anchored(trail(20)[17]), restored) == [Finding("replaced", 16, 16)]

    def test_what_was_cut_before_or_since_still_shows(self) -> None:
        rows = trail(20)
        rows[15].action = RESTORE
        before, restored, since = rows[9], anchored(rows[15], "restored"), anchored(rows[18])
        assert Finding("cut", 17, 19) in look(rows[:16], restored, since)
        assert Finding("missing", 8, 10) in look(rows[:7] + rows[10:16], anchored(before), restored)

    def test_what_was_anchored_beyond_it_is_not_missed(self) -> None:
        rows = trail(15)
        told = Entry(START, None, "x", [], RESTORE, "", "", "ok", "", "", {})
        digest = link(16, told, rows[-1].hash)
        rows.append(SimpleNamespace(seq=16, hash=digest, **asdict(told)))
        gone = anchored(trail(20)[17])
        assert look(rows, anchored(rows[9]), gone) == [Finding("cut", 17, 18)]
        assert look(rows, anchored(rows[9]), gone, anchored(rows[15], "restored")) == []


def test_findings_read_as_sentences() -> None:
    assert str(Finding("missing", 6, 8)).startswith("entries 6 to 8: missing")
    assert str(Finding("changed", 6, 6)).startswith("entry 6: the content")
    assert str(Finding("spoilt", 6, 6)).startswith("anchor file, line 6: no anchor")
