"""Windows of series: whole buckets, the city's days, bounded; and how the rollups' edge moves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.clock import SHANGHAI
from ingest.series.buckets import RULES, Bucket, WindowInvalid, WindowTooLong, window
from ingest.series.rolling import CLOSE_AFTER, next_edge
from ingest.series.service import breaks

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MOMENTS = st.integers(978_307_200, 4_102_444_800).map(lambda s: datetime.fromtimestamp(s, UTC))


@pytest.mark.parametrize("bucket", Bucket)
def test_an_empty_or_backward_window_is_refused(bucket: Bucket) -> None:
    for end in (NOON, NOON - timedelta(seconds=1)):
        with pytest.raises(WindowInvalid):
            window(NOON, end, bucket)


@pytest.mark.parametrize("bucket", Bucket)
def test_each_bucket_has_its_longest_window(bucket: Bucket) -> None:
    longest = RULES[bucket].longest
    assert window(NOON - longest, NOON, bucket)
    with pytest.raises(WindowTooLong):
        window(NOON - longest - timedelta(seconds=1), NOON, bucket)


@given(MOMENTS, st.floats(1, 86400), st.sampled_from([b for b in Bucket if b != Bucket.RAW]))
def test_a_window_grows_to_whole_buckets_and_no_further(start, seconds, bucket) -> None:
    end = start + timedelta(seconds=seconds)
    span, width = window(start, end, bucket), RULES[bucket].width
    assert span.start <= start < span.start + width
    assert span.end - width < end <= span.end
    assert (span.end - span.start) % width == timedelta(0)


@given(MOMENTS)
def test_days_begin_at_midnight_in_hengyang(moment: datetime) -> None:
    first = window(moment, moment + timedelta(seconds=1), Bucket.DAY).start.astimezone(SHANGHAI)
    assert (first.hour, first.minute, first.second, first.microsecond) == (0, 0, 0, 0)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("edge", "first_chunk", "moment", "target"),
    [
        (NOON, None, NOON + HOUR, None),  # the hour has just ended: late messages are under way
        (NOON, NOON, NOON + HOUR + CLOSE_AFTER, NOON + HOUR),
        (NOON, NOON - HOUR, NOON + 5 * HOUR + CLOSE_AFTER, NOON + HOUR),  # one by one
        (NOON, None, NOON + 5 * HOUR + CLOSE_AFTER, NOON + 5 * HOUR),  # nothing stored at all
        (NOON, NOON + 3 * HOUR, NOON + 9 * HOUR, NOON + 3 * HOUR),  # nothing stored until then
        (NOON, NOON + 30 * HOUR, NOON + 9 * HOUR, NOON + 8 * HOUR),  # stored ahead of the clock
        (NOON, NOON - HOUR, NOON - 3 * HOUR, None),  # our clock went back
    ],
)
def test_the_edge_moves_hour_by_hour_over_what_is_stored(edge, first_chunk, moment, target) -> None:
    assert next_edge(edge, first_chunk, moment) == target


def test_a_track_breaks_where_fixes_are_missing() -> None:
    seconds = [0, 1, 2, 60, 61, 200]
    times = [NOON + timedelta(seconds=s) for s in seconds]
    assert breaks(times, 10) == [3, 5]
    assert breaks([], 10) == breaks(times[:1], 10) == []
