"""What a long run is judged by: lines through samples, queues that grow, processes that last."""

import os
import subprocess
import sys

import pytest

from server.benches.sampling import HARDLY, Samples, anonymous_megabytes, family, slope


def line(per_minute: float, swing: float = 0.0) -> list[tuple[float, float]]:
    return [(5.0 * n, per_minute * n / 12 + (swing if n % 2 else -swing)) for n in range(120)]


def test_a_process_that_has_ended_is_an_error() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with pytest.raises(OSError, match=str(child.pid)):
        anonymous_megabytes(child.pid)


def test_the_slope_is_growth_a_minute_whatever_swings() -> None:
    assert slope(line(2.5)) == pytest.approx(2.5)
    assert slope(line(2.5, swing=40.0)) == pytest.approx(2.5, abs=1.5)


def test_a_queue_grows_by_more_than_a_share_of_what_goes_through_and_in_earnest() -> None:
    def growing(per_minute: float, through: float) -> list[str]:
        samples = Samples(queues={"outbox": line(per_minute)}, through={"outbox": through})
        return samples.growing()

    assert growing(HARDLY + 1, 100.0) == ["outbox"]
    assert growing(HARDLY - 1, 100.0) == []
    assert growing(230.0, 120_000.0) == []
    assert growing(250.0, 120_000.0) == ["outbox"]


def test_processes_that_came_and_went_are_left_out() -> None:
    samples = Samples(memory={("a", 1): line(1.0), ("b", 2): line(1.0)[:20]})
    assert list(samples.lasting()) == [("a", 1)]


def test_members_of_a_family_bear_the_names_of_their_modules() -> None:
    child = subprocess.Popen([sys.executable, "-m", "this"], stdin=subprocess.PIPE,
                             stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        found = family("bench", os.getpid())
        assert found[os.getpid()] == "bench"
        assert found.get(child.pid, "bench.this") == "bench.this"
    finally:
        child.communicate()
    assert anonymous_megabytes(os.getpid()) > 1
