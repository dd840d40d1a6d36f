"""When a reader of the bus has lost its place, and how often a dead Redis is tried."""

import pytest

from center.bus import BACKOFF_SECONDS, Backoff, is_lost


@pytest.mark.parametrize(
    ("cursor", "first", "last", "lost"),
    [
        ("5-0", None, "9-0", True),  # everything was trimmed
        ("5-0", "5-1", "9-0", True),  # the entry of the cursor itself is gone: others may be
        ("5-0", "1-0", "4-0", True),  # another stream than the one once read
        ("10-0", "9-0", "9-5", True),  # numbers are compared, not letters
        ("5-0", "5-0", "5-0", False),
        ("5-1", "5-0", "9-0", False),
        ("9-2", "10-0", "10-1", True),
    ],
)
def test_a_cursor_is_lost_unless_its_own_entry_is_still_there(cursor, first, last, lost) -> None:
    assert is_lost(cursor, first, last) is lost


def test_the_pause_grows_to_its_limit_and_a_success_ends_it() -> None:
    backoff = Backoff()
    assert not backoff.waits()
    pauses = [backoff.failed() for _ in range(12)]
    first, longest = BACKOFF_SECONDS
    assert first / 2 <= pauses[0] <= first
    assert longest / 2 <= pauses[-1] <= longest
    assert backoff.waits()
    backoff.succeeded()
    assert not backoff.waits()
