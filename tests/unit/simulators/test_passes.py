"""Passes at e-police sites: valid plates, and as many as the hour has traffic."""

import re
from random import Random

import pytest

from simulators.epolice import Site
from simulators.hours import TRAFFIC, at_hour, local_hour
from simulators.plates import LOOKS, car

MIDNIGHT = 1_795_276_800.0 + 0  # 2026-11-22 00:00 in Hengyang
PROVINCES = "湘粤鄂赣桂贵浙苏闽豫川渝皖沪京"
ORDINARY = rf"[{PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{5}}"
SHAPES = {
    "blue": ORDINARY,
    "green": rf"[{PROVINCES}][A-HJ-NP-Z][DFABCEGHJK][A-HJ-NP-Z0-9]\d{{4}}",
    "yellow_green": rf"[{PROVINCES}][A-HJ-NP-Z]\d{{5}}[DF]",
    "yellow": rf"{ORDINARY}|[{PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4}}[挂学]",
    "white": rf"[{PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4}}警",
    "black": r"粤Z[A-HJ-NP-Z0-9]{4}[港澳]",
}
CARS = [car(1, index) for index in range(20_000)]


def test_every_plate_has_the_shape_of_its_colour() -> None:
    for seen in CARS:
        assert re.fullmatch(SHAPES[seen.colour], seen.plate), seen


def test_every_look_is_on_the_road_and_most_are_from_hengyang() -> None:
    assert {seen.colour for seen in CARS} == {look[2] for look in LOOKS}
    local = sum(seen.plate.startswith("湘D") for seen in CARS) / len(CARS)
    assert 0.75 < local < 0.9


def test_a_vehicle_keeps_its_plate() -> None:
    car.cache_clear()
    assert [car(1, index) for index in range(100)] == CARS[:100]


def test_as_many_pass_as_the_hour_has_traffic() -> None:
    assert local_hour(MIDNIGHT) == 0
    site = Site(4, 1200.0, Random(3), 1)
    due, hours = site.begin(MIDNIGHT), [0] * 24
    while due < MIDNIGHT + 86400:
        hours[int(local_hour(due))] += 1
        due = site.step(due)[1]
    for hour, count in enumerate(hours):
        minutes = [at_hour(TRAFFIC, hour + minute / 60) for minute in range(60)]
        expected = 1200 * sum(minutes) / 60
        assert count == pytest.approx(expected, abs=5 * expected**0.5 + 2), hour


def test_passes_come_at_random_and_not_in_step() -> None:
    """The pauses of a Poisson process have a deviation as large as their mean."""
    site = Site(4, 1200.0, Random(4), 1)
    due, pauses = site.begin(MIDNIGHT + 7.5 * 3600), []
    for _ in range(400):
        following = site.step(due)[1]
        pauses.append(following - due)
        due = following
    mean = sum(pauses) / len(pauses)
    deviation = (sum((pause - mean) ** 2 for pause in pauses) / len(pauses)) ** 0.5
    assert 0.8 < deviation / mean < 1.2


def test_lanes_and_speeds_are_those_of_a_street() -> None:
    site = Site(3, 600.0, Random(5), 1)
    due = site.begin(MIDNIGHT)
    for _ in range(1000):
        (body, *_), due = site.step(due)
        assert 1 <= body.fields["lane"] <= 3
        assert 0 < body.fields["speed_mps"] < 61
        assert body.fields["plate"] or body.fields["plate_colour"] == "unknown"


def test_the_neighbours_come_again() -> None:
    site = Site(2, 600.0, Random(6), 1)
    due, plates = site.begin(MIDNIGHT + 8 * 3600), []
    for _ in range(2000):
        (body, *_), due = site.step(due)
        plates.append(body.fields["plate"])
    assert len(set(plates)) < 0.85 * len(plates)


def test_who_is_a_little_too_fast_leaves_a_violation_beside_the_pass() -> None:
    site = Site(3, 600.0, Random(5), 1)
    due = site.begin(MIDNIGHT)
    found = []
    for _ in range(1000):
        bodies, due = site.step(due)
        found += [(bodies[0].fields, more.fields) for more in bodies[1:]]
    assert 5 < len(found) < 200
    for seen, violation in found:
        assert violation.items() >= seen.items()
        assert violation["plate"]
        assert 1.09 < violation["speed_mps"] / violation["limit_mps"] < 1.21
