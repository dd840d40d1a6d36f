"""What pictures show: light, vehicles, plates, the time, and each fault."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from simulators.cameras import overlay, plate
from simulators.cameras.flaws import PICTURE_FLAWS
from simulators.cameras.heads import Head, aspect
from simulators.cameras.light import Light, hexed
from simulators.cameras.motion import Step
from simulators.cameras.names import MOVED, PICTURE
from simulators.cameras.render import Eye
from simulators.world.frame import Phase
from tests.unit.simulators.cameras.streetside import (
    NOON,
    POSE,
    frame,
    streets,
    vehicle,
)

Picture = NDArray[np.uint8]


def eye(*vehicles: object, sun: float = 50.0, rain: float = 0.0) -> Eye:
    made = Eye("解放大道路口", POSE, (640, 360), streets(), 7)
    made.hear(Step.of(frame(NOON, *vehicles, sun=sun, rain=rain)))  # type: ignore[arg-type]
    return made


def picture(*vehicles: object, flaws: tuple[str, ...] = (), **sky: float) -> Picture:
    return eye(*vehicles, **sky).picture(NOON, NOON, flaws)


def differing(one: Picture, other: Picture) -> float:
    """Share of pixels that are not nearly equal."""
    return float((cv2.absdiff(one, other).max(axis=2) > 12).mean())


def test_the_same_moment_gives_the_same_picture() -> None:
    assert np.array_equal(picture(vehicle()), picture(vehicle()))


def test_a_vehicle_is_seen_where_it_is_and_nowhere_else() -> None:
    changed = cv2.absdiff(picture(vehicle(east=0)), picture()).max(axis=2) > 12
    rows, columns = np.nonzero(changed)
    assert changed.sum() > 300
    assert np.ptp(columns) < 120
    assert np.ptp(rows) < 100


def test_a_red_car_is_red() -> None:
    changed = cv2.absdiff(picture(vehicle(east=0)), picture()).max(axis=2) > 60
    blue, _, red = picture(vehicle(east=0))[changed].mean(axis=0)
    assert red > blue + 30


def test_a_vehicle_behind_the_camera_is_not_drawn() -> None:
    assert differing(picture(vehicle(east=-80)), picture()) == 0


def test_night_is_dark_and_rain_is_grey() -> None:
    day, night, wet = picture(), picture(sun=-20.0), picture(rain=5.0)
    assert night.mean() < 0.55 * day.mean()
    assert wet.mean() < day.mean()
    assert differing(wet, day) > 0.2


def test_at_night_headlights_shine() -> None:
    meets = vehicle(east=15, north=1.6, heading=270.0)
    lit = picture(meets, sun=-20.0)[60:340]
    dark = picture(sun=-20.0)[60:340]
    assert (lit.min(axis=2) > 200).sum() > (dark.min(axis=2) > 200).sum()


# What a diagnosis of pictures would measure, beside a good picture.
SEEN = {
    "black": lambda bad, _good: bad[40:320].mean() < 8,
    "blur": lambda bad, good: sharp(bad) < 0.2 * sharp(good),
    "over_exposure": lambda bad, _good: (bad[40:320] > 250).mean() > 0.6,
    "colour_cast": lambda bad, good: redness(bad) > redness(good) + 40,
    "noise": lambda bad, good: sharp(bad) > 3 * sharp(good),
    "occlusion": lambda bad, good: differing(bad, good) > 0.3,
}


def sharp(shown: Picture) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(shown[40:320], cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


def redness(shown: Picture) -> float:
    return float(shown[..., 2].mean() - shown[..., 0].mean())


@pytest.mark.parametrize("name", PICTURE_FLAWS)
def test_each_fault_is_seen(name: str) -> None:
    assert SEEN[name](picture(vehicle(), flaws=(name,)), picture(vehicle()))


def test_the_faults_of_pictures_are_those_that_have_a_name() -> None:
    assert tuple(PICTURE_FLAWS) == PICTURE


def test_a_camera_that_was_turned_sees_something_else_and_comes_back() -> None:
    watching = eye()
    before = watching.picture(NOON, NOON)
    moved = watching.picture(NOON, NOON, (MOVED,))
    assert differing(before, moved) > 0.3
    assert np.array_equal(watching.picture(NOON, NOON), before)


def test_faults_leave_the_time_in_the_picture() -> None:
    black = picture(flaws=("black",))
    assert (black[:24].min(axis=2) > 200).sum() > 50


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOON, "2026-11-26 12:00:00.000"),
        (NOON + 0.0004, "2026-11-26 12:00:00.000"),
        (NOON + 0.29, "2026-11-26 12:00:00.290"),
        (NOON + 0.9996, "2026-11-26 12:00:01.000"),
    ],
)
def test_the_time_is_local_and_to_the_millisecond(moment: float, words: str) -> None:
    assert overlay.clock(moment) == words


@pytest.mark.parametrize("colour", ["blue", "yellow", "white", "black", "green", "yellow_green"])
def test_plates_have_the_colour_of_their_kind(colour: str) -> None:
    middle = plate.draw("湘D12345", colour)[118:126, 200:240].reshape(-1, 3).mean(axis=0)
    distance = {
        other: np.abs(middle - plate.draw("", other)[118:126, 200:240].mean(axis=(0, 1))).max()
        for other in ("blue", "yellow", "white", "black", "green")
    }
    nearest = min(distance, key=lambda other: distance[other])
    assert nearest == ("green" if colour == "yellow_green" else colour)


def test_a_plate_of_an_unknown_colour_and_an_empty_one_are_drawn() -> None:
    assert plate.draw("", "unknown").shape == (140, 440, 3)


@pytest.mark.parametrize("text", ["", "#12", "red", "#gggggg"])
def test_a_paint_that_is_none_is_grey(text: str) -> None:
    assert hexed(text) == (128.0, 128.0, 128.0)


def test_light_has_few_states() -> None:
    states = {Light.of(sun / 10, 0.0) for sun in range(-900, 900)}
    assert len(states) < 12


@pytest.mark.parametrize(
    ("aspects", "lit"), [("rrGG", "g"), ("rryr", "y"), ("GGrr", "r"), ("GGoo", ""), ("G", "")]
)
def test_a_head_shows_the_best_of_its_links(aspects: str, lit: str) -> None:
    head = Head(112.6, 26.89, 90.0, "n1", (2, 3))
    assert aspect(head, Phase("n1", 0, aspects, 5.0)) == lit
    assert aspect(head, None) == ""
