"""The matrix of escalation: when the next level is due, and which matrices are none."""

from datetime import UTC, datetime, timedelta

import pytest

from center.alarms.escalation.matrix import Level, due, next_level, wrong

T0 = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
ROWS = [
    Level("red", 1, 3, "commander"),
    Level("red", 2, 10, "department"),
    Level("yellow", 1, 30, "commander"),
]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([Level("red", 2, 3, "commander")], "count from 1"),
        ([Level("red", 1, 3, "a"), Level("red", 3, 9, "a")], "count from 1"),
        ([Level("red", 1, 3, "a"), Level("red", 1, 9, "a")], "count from 1"),
        ([Level("red", 1, 9, "a"), Level("red", 2, 9, "a")], "must come later"),
        ([Level("red", 1, 9, "a"), Level("red", 2, 3, "a")], "must come later"),
    ],
)
def test_a_matrix_with_holes_or_going_backwards_is_none(rows, words) -> None:
    assert words in wrong(rows)


def test_a_matrix_may_be_empty_and_severities_stand_alone() -> None:
    assert wrong([]) is None
    assert wrong(list(reversed(ROWS))) is None


@pytest.mark.parametrize(
    ("severity", "level", "minutes", "role"),
    [
        ("red", 0, 2.99, None),
        ("red", 0, 3, "commander"),
        ("red", 0, 600, "commander"),  # one level at a time
        ("red", 1, 9.9, None),
        ("red", 1, 10, "department"),
        ("red", 2, 600, None),
        ("yellow", 0, 29, None),
        ("yellow", 0, 30, "commander"),
        ("blue", 0, 10_000, None),
    ],
)
def test_the_next_level_is_due_after_its_minutes(severity, level, minutes, role) -> None:
    found = due(ROWS, severity, level, T0, T0 + timedelta(minutes=minutes))
    assert (found.to_role if found else None) == role


def test_the_level_after_the_last_is_none() -> None:
    assert next_level(ROWS, "red", 2) is None
    assert next_level(ROWS, "red", 1) == ROWS[1]
