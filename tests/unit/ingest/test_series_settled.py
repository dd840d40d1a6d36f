"""Which part of a window comes from which rollup, and which from the readings."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.series.buckets import Window
from ingest.series.settled import HOUR, settled

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 20, 16, tzinfo=UTC)  # in Hengyang
SPAN = Window(MIDNIGHT, MIDNIGHT + 3 * DAY)


@pytest.mark.parametrize(
    ("edge", "day_edge", "hour_edge"),
    [
        (MIDNIGHT - DAY, MIDNIGHT, MIDNIGHT),  # nothing of the window is rolled
        (MIDNIGHT + 5 * HOUR, MIDNIGHT, MIDNIGHT + 5 * HOUR),
        (MIDNIGHT + DAY, MIDNIGHT + DAY, MIDNIGHT + DAY),
        (MIDNIGHT + 30 * HOUR, MIDNIGHT + DAY, MIDNIGHT + 30 * HOUR),
        (MIDNIGHT + 9 * DAY, MIDNIGHT + 3 * DAY, MIDNIGHT + 3 * DAY),  # all of it is
    ],
)
def test_rollups_end_at_the_edge_and_days_at_its_midnight(edge, day_edge, hour_edge) -> None:
    found = settled(SPAN, edge, [], [])
    assert (found.day_edge, found.hour_edge) == (day_edge, hour_edge)
    assert (found.marked, found.unsettled) == ([], [])
    assert found.marked_from == found.marked_to


def test_a_mark_behind_the_edge_unsettles_its_hour_and_its_day() -> None:
    edge = MIDNIGHT + 50 * HOUR
    marks = [MIDNIGHT + 26 * HOUR, MIDNIGHT + 3 * HOUR, MIDNIGHT + 49 * HOUR]
    found = settled(SPAN, edge, marks, [])
    assert found.marked == sorted(marks)
    assert (found.marked_from, found.marked_to) == (MIDNIGHT + 3 * HOUR, MIDNIGHT + 50 * HOUR)
    assert found.unsettled == [MIDNIGHT, MIDNIGHT + DAY]  # the third day is not over anyway


def test_a_mark_at_or_after_the_edge_says_nothing_new() -> None:
    found = settled(SPAN, MIDNIGHT + 2 * HOUR, [MIDNIGHT + 2 * HOUR], [])
    assert found.marked == []


def test_a_day_with_a_newly_rolled_hour_is_taken_from_its_hours() -> None:
    found = settled(SPAN, MIDNIGHT + 9 * DAY, [], [MIDNIGHT + DAY, MIDNIGHT])
    assert found.unsettled == [MIDNIGHT, MIDNIGHT + DAY]
    assert found.marked == []
