"""Keeping processes running: whatever ends is started again, later each time it fails."""

import os
import select
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.kept import Kept
from deploy.stack import StackError

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0  # after a run this long, a failure counts as the first again
HOUSEKEEPING_SECONDS = 30.0


def pause_before_restart(failures: int) -> float:
    """Seconds to wait after the n-th failure in a row (1, 2, ...): doubled each time."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** (min(failures, 30) - 1), LONGEST_PAUSE_SECONDS)


def failures_after(failures: int, ran_seconds: float) -> int:
    """Failures in a row, counting one that came after a run of this length."""
    return 1 if ran_seconds >= HEALTHY_SECONDS else failures + 1


@dataclass
class Watched:
    """One kept process as its supervisor sees it; times are of the monotonic clock."""

    kept: Kept
    pidfd: int | None = None  # readable once the process has ended
    started: float = 0.0
    failures: int = 0
    due: float = 0.0  # when it is to be started again


class Supervisor:
    """Starts and watches kept processes from one thread."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._watched: list[Watched] = []
        self._housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS

    def keep(self, kept: Kept) -> None:
        """Start it and watch it from now on; one that runs already is only watched."""
        watched = Watched(kept)
        self._watched.append(watched)
        self._start(watched)

    def keep_all(self, kept: Sequence[Kept]) -> None:
        for one in kept:
            self.keep(one)

    def watch(self, seconds: float | None = None) -> None:
        """Start again what ends, until interrupted or for some seconds."""
        until = time.monotonic() + (float("inf") if seconds is None else seconds)
        while (now := time.monotonic()) < until:
            self._sleep(min(self._next_due(), until) - now)
            self._bury()
            self._revive()
            self._keep_house()

    def _start(self, watched: Watched) -> None:
        watched.started = time.monotonic()
        try:
            watched.pidfd = os.pidfd_open(watched.kept.start())
        except (StackError, OSError) as error:
            self._schedule(watched, f"could not be started: {error}")

    def _sleep(self, seconds: float) -> None:
        open_fds = [one.pidfd for one in self._watched if one.pidfd is not None]
        select.select(open_fds, [], [], max(seconds, 0.0))

    def _bury(self) -> None:
        for one in self._watched:
            if one.pidfd is not None and select.select([one.pidfd], [], [], 0)[0]:
                os.close(one.pidfd)
                one.pidfd = None
                self._schedule(one, one.kept.obituary())

    def _schedule(self, one: Watched, reason: str) -> None:
        now = time.monotonic()
        one.failures = failures_after(one.failures, now - one.started)
        pause = pause_before_restart(one.failures)
        one.due = now + pause
        self._say(f"{one.kept.name} {reason}")
        self._say(f"{one.kept.name} starts again in {pause:g} s")

    def _revive(self) -> None:
        for one in self._watched:
            if one.pidfd is None and one.due <= time.monotonic():
                self._start(one)

    def _next_due(self) -> float:
        dues = [one.due for one in self._watched if one.pidfd is None]
        return min([*dues, self._housekeeping])

    def _keep_house(self) -> None:
        if time.monotonic() >= self._housekeeping:
            self._housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
            for one in self._watched:
                one.kept.cut_log()
