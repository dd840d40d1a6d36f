"""The same seed gives the same city, byte for byte."""

from hashlib import sha256

import msgspec
import pytest

from simulators.fleet import describe
from simulators.rehearsal import rehearse
from simulators.scenario import Scenario, load, names
from simulators.witness import Witness

MORNING = 1_795_304_400.0  # 2026-11-22 07:40 in Hengyang


def fingerprint(scenario: Scenario, seconds: float = 120.0) -> str:
    told = sha256()
    for when, sending in rehearse(scenario, MORNING, seconds):
        told.update(f"{when:.6f} {sending.topic} ".encode() + sending.payload)
    return told.hexdigest()


@pytest.mark.parametrize("name", ["demo", "storm", "calm", "faults"])
def test_two_runs_of_a_scenario_are_the_same_byte_for_byte(name: str) -> None:
    assert fingerprint(load(name)) == fingerprint(load(name))


def test_another_seed_gives_another_city() -> None:
    assert fingerprint(load("calm")) != fingerprint(load("calm", seed=99))
    assert describe(load("calm")) != describe(load("calm", seed=99))


def test_a_larger_fleet_leaves_its_old_members_as_they_were() -> None:
    small = load("calm")
    groups = [msgspec.structs.replace(g, count=g.count + 3) for g in small.groups]
    large = msgspec.structs.replace(small, groups=tuple(groups))

    def of_small(scenario: Scenario) -> list[tuple[float, str, bytes]]:
        members = {spec.device_id for spec in describe(small)}
        sent = rehearse(scenario, MORNING, 30.0)
        return [(w, s.topic, s.payload) for w, s in sent if s.topic.split("/")[3] in members]

    assert of_small(large) == of_small(small)


def test_numbers_of_a_boot_have_no_hole_and_begin_at_nought() -> None:
    seen: dict[tuple[str, int], list[int]] = {}
    for _, sending in rehearse(load("faults"), MORNING, 300.0):
        assert sending.message is not None
        message = sending.message
        seen.setdefault((message.device_id, message.boot), []).append(message.seq)
    assert len({device for device, _ in seen}) < len(seen)  # somebody started again
    for numbers in seen.values():
        assert set(numbers) == set(range(max(numbers) + 1))


def test_faults_do_what_they_say() -> None:
    witness = Witness()
    sendings = [sending for _, sending in rehearse(load("faults"), MORNING, 600.0, witness)]
    keys = [(s.message.device_id, *s.message.key) for s in sendings if s.message]
    assert len(keys) > len(set(keys))  # duplicates
    assert any(sending.damaged for sending in sendings)
    assert witness.figures.damaged == sum(sending.damaged for sending in sendings)
    by_device: dict[str, list[tuple[int, int]]] = {}
    for device, boot, seq in keys:
        by_device.setdefault(device, []).append((boot, seq))
    assert any(order != sorted(order) for order in by_device.values())  # late ones


def test_every_scenario_of_the_program_can_be_read_and_has_ids_of_its_own() -> None:
    ids = [spec.device_id for name in names() for spec in describe(load(name))]
    assert len(ids) == len(set(ids))
    assert set(names()) == {"calm", "city", "demo", "faults", "load", "storm"}
    assert 250 <= len(describe(load("demo"))) <= 350
    assert len(describe(load("load"))) == 5000
