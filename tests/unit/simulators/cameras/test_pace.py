"""Which moment of the world a picture shows, and which time is written into it."""

import msgspec
import pytest

from simulators.cameras.pace import Pace
from tests.unit.simulators.cameras.streetside import NOON, frame


def pace(**changes: object) -> Pace:
    made = Pace(1.25)
    made.hear(msgspec.structs.replace(frame(NOON), **changes), 100.0)
    return made


def test_without_a_world_the_wall_clock_is_shown() -> None:
    assert Pace(1.25).moments(NOON, 5.0) == (NOON, NOON)


def test_in_the_present_the_wall_clock_is_written_and_the_world_is_the_lag_behind() -> None:
    assert pace().moments(NOON + 0.5, 100.4) == (NOON - 0.75, NOON + 0.5)


def test_a_world_in_the_past_writes_its_own_time() -> None:
    shown, written = pace(speed=10.0).moments(NOON + 7200, 100.5)
    assert written == pytest.approx(NOON + 5)
    assert shown == pytest.approx(NOON + 5 - 1 - 2.5)


def test_a_world_that_stands_is_shown_standing() -> None:
    assert pace(paused=True).moments(NOON + 9, 109.0) == (NOON, NOON + 9)
    assert pace(paused=True).moments(NOON + 9000, 109.0) == (NOON, NOON)
