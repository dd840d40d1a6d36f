"""Where a place in the world falls in a picture."""

import numpy as np
import pytest

from simulators.cameras.pose import Lens, Pose


def lens(heading: float = 0.0, tilt: float = 10.0, fov: float = 60.0) -> Lens:
    return Lens(Pose(112.6, 26.89, 6.0, heading, tilt, fov), 640, 360)


def test_what_is_behind_the_camera_has_no_pixel() -> None:
    pixels, ahead = lens().project(np.array([[0.0, -20.0, 0.0]]))
    assert ahead[0] < 0
    assert np.isnan(pixels).all()


def test_a_polygon_behind_the_camera_is_not_drawn() -> None:
    assert (
        lens().outline(np.array([[-5.0, -9, 0], [5.0, -9, 0], [5.0, -5, 0], [-5.0, -5, 0]])) is None
    )


@pytest.mark.parametrize("heading", [0.0, 45.0, 90.0, 200.0, 359.0])
def test_the_axis_of_the_lens_meets_the_middle_of_the_picture(heading: float) -> None:
    metres = 6.0 / np.tan(np.radians(10.0))  # there the axis meets the road
    turned = np.radians(heading)
    place = np.array([np.sin(turned) * metres, np.cos(turned) * metres, 0.0])
    pixels, ahead = lens(heading).project(place)
    assert pixels == pytest.approx([320, 180], abs=1e-6)
    assert ahead == pytest.approx(np.hypot(metres, 6.0))


def test_the_edge_of_the_field_of_view_is_the_edge_of_the_picture() -> None:
    side = np.array([np.sin(np.radians(30)), np.cos(np.radians(30)), 6.0 / 50]) * 50
    pixels, _ = lens(tilt=0.0).project(side)
    assert pixels == pytest.approx([640, 180], abs=1e-6)


def test_right_is_right_and_high_is_high() -> None:
    points = np.array([[-3.0, 30, 0], [3.0, 30, 0], [0.0, 30, 3.0]])
    pixels, _ = lens().project(points)
    assert pixels[0, 0] < pixels[2, 0] < pixels[1, 0]
    assert pixels[2, 1] < pixels[0, 1] == pytest.approx(pixels[1, 1])


def test_a_thing_twice_as_far_is_half_as_large() -> None:
    near, far = (
        lens(tilt=0.0).project(np.array([[-1.0, d, 6.0], [1.0, d, 6.0]]))[0] for d in (20.0, 40.0)
    )
    assert np.ptp(near[:, 0]) == pytest.approx(2 * np.ptp(far[:, 0]))


def test_a_polygon_that_reaches_behind_the_lens_is_cut_and_stays_near_the_picture() -> None:
    road = np.array([[-5.0, -50, 0], [5.0, -50, 0], [5.0, 200, 0], [-5.0, 200, 0]])
    outline = lens().outline(road)
    assert outline is not None
    assert (np.abs(outline) < 16 * 700).all()


def test_degrees_become_metres_of_the_ellipsoid() -> None:
    pose = Pose(112.6, 26.89)
    flat = pose.metres(np.array([112.61, 112.6]), np.array([26.89, 26.9]))
    # Radii of WGS-84 at this latitude: 6,382,504 m across the meridian, 6,348,467 m along it.
    assert flat[0] == pytest.approx([993.55, 0.0], abs=0.5)
    assert flat[1] == pytest.approx([0.0, 1108.0], abs=0.5)
