"""Cameras as devices of a fleet: where they stand, their numbers, and faults that reach them."""

import re

import pytest

from simulators.boots import Boots
from simulators.cameras.names import FLAWS
from simulators.cameras.placing import camera_number
from simulators.device import Device
from simulators.faults import Fault
from simulators.fleet import befallen, build, describe, suits
from simulators.scenario import Scenario, ScenarioInvalid, load, parse
from simulators.spec import DeviceSpec
from simulators.witness import Witness

TEXT = """
name = "eyes"
title_zh = "眼"
title_en = "Eyes"
prefix = "ey"
seed = 1
[[groups]]
model = "generic-camera"
count = 30
[[groups]]
model = "generic-camera"
count = 10
recorded = true
width = 320
height = 180
[[groups]]
model = "generic-bin"
count = 1
"""
NOW = 1_795_665_600.0


@pytest.fixture
def scenario() -> Scenario:
    return parse(TEXT)


def cameras(scenario: Scenario) -> list[DeviceSpec]:
    return describe(scenario, ["camera"])


@pytest.mark.parametrize("size", ["width = 641", "width = 100", "height = 3000"])
def test_a_picture_that_cannot_be_encoded_is_refused(size: str) -> None:
    with pytest.raises(ScenarioInvalid):
        parse(TEXT.replace("count = 30", f"count = 30\n{size}"))


def test_a_fault_of_pictures_befalls_cameras_alone(scenario: Scenario) -> None:
    specs = describe(scenario)
    for name in FLAWS:
        fault = Fault(name=name)  # type: ignore[arg-type]  # a name of the table
        assert {s.kind for s in specs if befallen(fault, s, 1)} == {"camera"}
        assert not suits(fault, specs[-1])


def test_numbers_are_of_20_digits_and_each_its_own(scenario: Scenario) -> None:
    numbers = [s.camera_number for s in cameras(scenario)]
    assert len(set(numbers)) == 40
    assert all(re.fullmatch(r"4304\d\d00041326\d{6}", number) for number in numbers)
    assert [s.camera_number[:6] for s in cameras(scenario)] == [
        s.division for s in cameras(scenario)
    ]
    assert camera_number("430405001002", "dm", 1) != camera_number("430405", "ey", 1)


def test_the_first_are_live_and_the_others_films_of_their_own_size(scenario: Scenario) -> None:
    made = [s.camera for s in cameras(scenario) if s.camera is not None]
    assert [camera.recorded for camera in made] == [False] * 30 + [True] * 10
    assert {(c.width, c.height) for c in made if c.recorded} == {(320, 180)}
    assert len({c.pose for c in made}) == 40


def test_the_demonstration_has_at_least_four_live_ones() -> None:
    made = [s.camera for s in describe(load("demo"), ["camera"]) if s.camera is not None]
    assert sum(not camera.recorded for camera in made) >= 4


def device(scenario: Scenario, told: list[tuple[str, str, float]]) -> Device:
    return build(
        scenario,
        cameras(scenario)[0],
        Boots(),
        Witness(None),
        lambda *order: told.append(order),
    )


def test_a_fault_reaches_who_makes_the_pictures_and_ends_at_once(scenario: Scenario) -> None:
    told: list[tuple[str, str, float]] = []
    camera = device(scenario, told)
    camera.start(NOW)
    camera.troubles.add(Fault(name="blur", every_seconds=1, seconds=60), NOW)
    camera.advance(NOW + 50, 0.0)
    assert told[0][:2] == ("ey-camera-0001", "blur")
    assert 30 <= told[0][2] <= 90
    camera.heal("blur")
    assert told[-1] == ("ey-camera-0001", "blur", 0.0)


def test_a_camera_without_signal_says_that_it_has_no_pictures(scenario: Scenario) -> None:
    camera = device(scenario, [])
    camera.start(NOW)
    camera.advance(NOW + 70, 0.0)
    camera.troubles.add(Fault(name="loss", every_seconds=0.001, seconds=600), NOW + 70)
    camera.advance(NOW + 140, 0.0)
    payloads = []
    while (sending := camera.next(0.0)) is not None:
        payloads.append(sending.payload)
    assert b'"frame_rate":0.0' in payloads[-1]
    assert b'"frame_rate":0.0' not in payloads[0]
