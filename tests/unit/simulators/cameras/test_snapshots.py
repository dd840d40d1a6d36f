"""Pictures of e-police sites: each class of vehicle, its plate, the three of a red light."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from simulators.cameras.bodies import SHAPES
from simulators.cameras.masts import heads
from simulators.cameras.snapshot import CLOSE_SIZE, SIZE, STRIP_PIXELS, Photographer
from simulators.world.bodies import BODIES, Body
from simulators.world.frame import Moving, Phase
from simulators.world.shots import Shot, ViewName
from simulators.world.sightings import Fix
from tests.unit.simulators.cameras.streetside import (
    NOON,
    STOP_EAST,
    crossing,
    streets_file,
    vehicle,
)

Picture = NDArray[np.uint8]
MOST_BYTES = 110_000
RED, GREEN = Phase("n1", 0, "rrr", 9.0), Phase("n1", 2, "GGG", 9.0)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Photographer:
    streets = streets_file(tmp_path_factory.mktemp("streets"))
    return Photographer(streets, 7, heads(crossing()))


def shot(
    car: Moving | None, view: ViewName = "front", phase: Phase = RED, sun: float = 40.0
) -> Shot:
    seen = car or vehicle(east=STOP_EAST, plate="", colour="#5a585a")
    fix = Fix(NOON, seen, {}, phase, sun, 0.0)
    return Shot("解放大道与蒸湘北路路口", 1, crossing().stops[0], fix, fix, view, "")


def picture(data: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def of_body(body: Body, north: float = -1.6) -> Moving:
    return vehicle(
        east=STOP_EAST, north=north, vehicle_class=body.vehicle_class,
        length=body.length, width=body.width, height=body.height,
    )  # fmt: skip


def close_up(shown: Picture) -> Picture:
    width, height = CLOSE_SIZE
    return shown[12 : 12 + height, 12 : 12 + width]


def plate_columns(shown: Picture) -> NDArray[np.intp]:
    blue, green, red = (shown[..., channel].astype(int) for channel in range(3))
    return np.flatnonzero(((blue > 90) & (red < 80) & (green < 110)).sum(axis=0) > 5)


def test_every_class_that_drives_in_the_world_has_a_shape() -> None:
    assert {body.vehicle_class for body in BODIES} <= SHAPES.keys()


@pytest.mark.parametrize("sun", [40.0, -20.0])
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.key)
def test_each_class_is_seen_with_its_plate_and_at_little_cost(
    body: Body, sun: float, taken: Photographer
) -> None:
    data = taken(shot(of_body(body), sun=sun))
    shown = picture(data)
    assert shown.shape == (SIZE[1] + STRIP_PIXELS, SIZE[0], 3)
    assert len(data) < MOST_BYTES
    empty = picture(taken(shot(of_body(body, north=-500.0), sun=sun)))
    changed = (cv2.absdiff(shown, empty).max(axis=2) > 25)[130 : SIZE[1]]
    assert changed.sum() > (3_000 if body.key == "ebike" else 20_000)
    columns = plate_columns(close_up(shown))
    if body.key == "ebike":
        assert len(columns) == 0
    else:
        assert 120 < np.ptp(columns) < CLOSE_SIZE[0] - 20


def test_an_ebike_carries_a_rider_and_a_taxi_its_sign() -> None:
    assert len(SHAPES["ebike"]) > len(SHAPES["car"])
    assert max(part.high for part in SHAPES["taxi"]) > 1.0


def test_a_green_light_is_green_and_a_red_one_red(taken: Photographer) -> None:
    red, green = (picture(taken(shot(None, "rear", phase))) for phase in (RED, GREEN))
    rows, columns = np.nonzero(cv2.absdiff(red, green).max(axis=2) > 90)
    lit = {name: shown[rows, columns].astype(int) for name, shown in (("r", red), ("g", green))}
    assert len(rows) > 20
    assert ((lit["r"][:, 2] > 180) & (lit["r"][:, 1] < 120)).any()
    assert ((lit["g"][:, 1] > 160) & (lit["g"][:, 2] < 190)).any()


def test_the_three_pictures_of_a_red_light_show_the_vehicle_farther_each_time(
    taken: Photographer,
) -> None:
    empty = picture(taken(shot(None, "rear")._replace(fix=_at(500.0), close=_at(-3.0))))
    tops = []
    for metres in (-3.0, 6.0, 16.0):
        shown = picture(taken(shot(None, "rear")._replace(fix=_at(metres), close=_at(-3.0))))
        changed = (cv2.absdiff(shown, empty).max(axis=2) > 40)[130 : SIZE[1]]
        rows, _ = np.nonzero(changed)
        tops.append(int(np.percentile(rows, 90)))
        assert np.ptp(plate_columns(close_up(shown))) > 120
    assert all(later < earlier - 20 for earlier, later in pairwise(tops))


def _at(metres: float) -> Fix:
    return Fix(NOON, vehicle(east=STOP_EAST + metres), {}, RED, 40.0, 0.0)


def test_who_stands_anywhere_is_seen_from_the_front(taken: Photographer) -> None:
    standing = vehicle(east=STOP_EAST - 60.0, north=-4.8, speed=0.0)
    shown = picture(taken(shot(standing, "near")))
    assert np.ptp(plate_columns(close_up(shown))) > 120


def test_the_same_picture_is_the_same_bytes(taken: Photographer, tmp_path: Path) -> None:
    other = Photographer(streets_file(tmp_path), 7, heads(crossing()))
    car = vehicle(east=STOP_EAST)
    assert taken(shot(car)) == other(shot(car))
