"""The simulated clock, and numbers that never repeat."""

import time
from pathlib import Path

import pytest

from simulators.boots import Boots, FleetRunsAlready, KeptBoots
from simulators.clock import NEVER, Clock


class Hands:
    """Two clocks that a test sets."""

    def __init__(self) -> None:
        self.wall_time, self.real_time = 1000.0, 5.0

    def pass_by(self, seconds: float) -> None:
        self.wall_time += seconds
        self.real_time += seconds

    def clock(self, start: float | None = None, speed: float = 1.0) -> Clock:
        return Clock(start, speed, lambda: self.wall_time, lambda: self.real_time)


def test_without_a_start_it_is_the_wall_clock() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.pass_by(7)
    assert clock.now() == 1007
    assert clock.real_at(1010) == 15
    assert clock.real_at(1.0) == hands.real_time  # long due
    assert clock.real_at(NEVER) == NEVER
    assert not clock.catching_up


def test_a_start_in_the_past_runs_fast_until_the_present() -> None:
    hands = Hands()
    clock = hands.clock(900.0, 11.0)
    hands.pass_by(5)
    assert clock.now() == 955
    assert clock.catching_up
    assert clock.real_at(966) == 11
    hands.pass_by(20)
    assert clock.now() == 1025
    assert not clock.catching_up


def test_a_past_without_speed_would_never_end() -> None:
    with pytest.raises(ValueError, match="speed"):
        Clock(0.0, 1.0)


def test_a_pause_of_the_present_ends_in_the_present() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.pause()
    hands.pass_by(30)
    assert clock.now() == 1000
    assert clock.real_at(1001) == NEVER
    assert clock.resume()
    assert clock.now() == 1030


def test_a_pause_while_catching_up_goes_on_where_it_stood() -> None:
    hands = Hands()
    clock = hands.clock(900.0, 2.0)
    hands.pass_by(10)
    clock.pause()
    hands.pass_by(10)
    assert not clock.resume()
    assert clock.now() == 920
    assert clock.catching_up


def test_nobody_runs_ahead_of_the_present() -> None:
    with pytest.raises(ValueError, match="at the present"):
        Hands().clock().hurry(2.0)


def test_a_pause_is_caught_up_faster_than_it_was_long() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.pause()
    hands.pass_by(90)
    clock.hurry(10.0)
    assert (clock.now(), clock.speed, clock.catching_up) == (1000, 10.0, True)
    hands.pass_by(5)
    assert clock.now() == 1050
    assert clock.real_at(1070) == 102
    hands.pass_by(5)
    assert (clock.now(), clock.speed, clock.catching_up) == (1100, 1.0, False)


def test_rehearsals_count_from_one() -> None:
    boots = Boots()
    assert [boots("a"), boots("a"), boots("b")] == [1, 2, 1]


def test_a_kept_number_never_comes_again(tmp_path: Path) -> None:
    seen = []
    for _ in range(3):
        boots = KeptBoots(tmp_path)
        boots.reserve(["a", "b"])
        seen += [boots("a"), boots("a")]
        boots.close()
    assert seen == sorted(set(seen))
    assert seen[0] >= time.time() - 60


def test_two_processes_cannot_run_the_same_fleet(tmp_path: Path) -> None:
    first = KeptBoots(tmp_path)
    with pytest.raises(FleetRunsAlready):
        KeptBoots(tmp_path)
    first.close()
    KeptBoots(tmp_path).close()
