"""The rows of a fleet are what the register expects."""

import re

from ingest import wire
from ingest.devices.catalogue.standard import DEVICE_MODELS
from simulators.fleet import describe
from simulators.models import MODELS
from simulators.scenario import load

ROWS = describe(load("demo"))


def test_models_are_those_of_the_register_with_the_same_quantities() -> None:
    known = {row.name: (row.kind, row.quantities) for row in DEVICE_MODELS}
    for model in MODELS.values():
        assert known[model.key] == (model.kind, model.quantities)


def test_ids_fit_the_wire_and_say_what_the_device_is() -> None:
    for row in ROWS:
        assert re.fullmatch(wire.DEVICE_ID_PATTERN, row.device_id)
        assert row.kind in wire.KINDS
        assert MODELS[row.model].short in row.device_id


def test_everything_stands_in_urban_hengyang_and_vehicles_nowhere() -> None:
    for row in ROWS:
        if row.kind == "vehicle":
            assert row.lon is row.lat is None
        else:
            assert row.lon is not None
            assert row.lat is not None
            assert 112.55 <= row.lon <= 112.68
            assert 26.85 <= row.lat <= 26.95


def test_every_urban_district_has_devices() -> None:
    assert {row.division for row in ROWS} == {"430405", "430406", "430407", "430408"}


def test_names_are_chinese_and_no_two_are_alike() -> None:
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names))
    assert all(re.search(r"[\u4e00-\u9fff]", name) for name in names)


def test_e_police_sites_stand_at_different_crossings() -> None:
    places = [(row.lon, row.lat) for row in ROWS if row.kind == "epolice"]
    assert len(places) == len(set(places))


def test_kinds_narrow_the_fleet_and_change_nobody() -> None:
    assert describe(load("demo"), ["vehicle"]) == [row for row in ROWS if row.kind == "vehicle"]
