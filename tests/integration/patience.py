"""Waiting for what other threads and processes bring about, without hanging a verdict on it."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Returns when the condition holds; fails after a limit far beyond what it should take."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
