"""When a kept process starts again."""

import pytest

from deploy.supervise import HEALTHY_SECONDS, failures_after, pause_before_restart


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 0.5), (2, 1), (3, 2), (4, 4), (7, 30), (8, 30), (10_000, 30)],
)
def test_the_pause_doubles_up_to_half_a_minute(failures: int, seconds: float) -> None:
    assert pause_before_restart(failures) == seconds


@pytest.mark.parametrize(
    ("failures", "ran", "then"),
    [(0, 0, 1), (5, 1, 6), (5, HEALTHY_SECONDS, 1), (0, HEALTHY_SECONDS, 1)],
)
def test_a_healthy_run_forgives_earlier_failures(failures: int, ran: float, then: int) -> None:
    assert failures_after(failures, ran) == then
