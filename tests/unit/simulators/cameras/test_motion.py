"""Where vehicles are between two steps of the world."""

import numpy as np
import pytest

from simulators.cameras.motion import Motion, Step
from simulators.cameras.pose import Pose
from tests.unit.simulators.cameras.streetside import NOON, POSE, frame, vehicle


def motion(*frames: tuple[float, float], **looks: object) -> Motion:
    """What a camera has heard of one vehicle that was so far east at such times."""
    made = Motion(POSE)
    for time, east in frames:
        made.hear(Step.of(frame(NOON + time, vehicle(east=east, **looks))))
    return made


def east(moved: Motion, time: float) -> float:
    """Metres east of the crossing at a time."""
    return float(moved.at(NOON + time).fronts[0, 0]) - 26.0


def test_without_news_the_street_is_empty() -> None:
    assert len(Motion(POSE).at(NOON).fronts) == 0


def test_a_vehicle_out_of_sight_is_left_out() -> None:
    assert len(motion((0, 2000.0)).at(NOON).fronts) == 0


@pytest.mark.parametrize(("time", "place"), [(0.0, 10), (0.25, 12.5), (0.5, 15), (1.0, 20)])
def test_a_vehicle_is_between_its_places(time: float, place: float) -> None:
    assert east(motion((0, 10), (1, 20)), time) == pytest.approx(place, abs=0.3)


def test_without_news_a_vehicle_goes_on_for_a_while_and_then_stops() -> None:
    moved = motion((0, 10), (1, 20))
    assert east(moved, 1.5) == pytest.approx(25, abs=0.3)
    assert east(moved, 100.0) == east(moved, 200.0) == pytest.approx(35, abs=0.3)


def test_a_vehicle_set_down_elsewhere_does_not_fly_there() -> None:
    assert east(motion((0, -60), (1, 60)), 0.5) == pytest.approx(60, abs=0.3)


def test_a_turn_takes_the_shorter_way_past_north() -> None:
    moved = Motion(POSE)
    for time, heading in ((0, 350.0), (1, 10.0)):
        moved.hear(Step.of(frame(NOON + time, vehicle(heading=heading))))
    assert moved.at(NOON + 0.5).headings[0] % 360 == pytest.approx(0, abs=1e-9)


def test_who_has_just_come_is_shown_from_its_first_step() -> None:
    moved = Motion(POSE)
    moved.hear(Step.of(frame(NOON, vehicle("a"))))
    moved.hear(Step.of(frame(NOON + 1, vehicle("a"), vehicle("b"))))
    assert len(moved.at(NOON + 0.5).fronts) == 1
    assert len(moved.at(NOON + 1.0).fronts) == 2


def test_a_world_that_begins_anew_is_believed() -> None:
    moved = motion((100, 10), (101, 20), (0, 50))
    assert east(moved, 0) == pytest.approx(50, abs=0.3)


def test_a_camera_elsewhere_sees_the_same_world_from_there() -> None:
    other = Motion(Pose(POSE.lon, POSE.lat + 0.0001, POSE.height, POSE.heading))
    other.hear(Step.of(frame(NOON, vehicle())))
    here = motion((0, 20.0)).at(NOON).fronts[0]
    assert np.allclose(other.at(NOON).fronts[0], here - [0, 11.08], atol=0.05)
