"""Simulated sites in the register of sites: crossing, approaches and lanes of the world."""

from pathlib import Path

import pytest

from server.simulated_sites import opposite, points, register_sites, watched
from server.simulation import enlist
from simulators.fleet import describe
from simulators.scenario import parse
from simulators.spec import DeviceSpec
from simulators.world.crossings import crossings
from simulators.world.network import prepare
from tests.integration.http import Api

HAND = Path("simulators/places/streets.geojson")
TEXT = """
name = "sites"
title_zh = "点位"
title_en = "Sites"
prefix = "si"
seed = 7
[world]
[[groups]]
model = "generic-epolice"
count = 3
[[groups]]
model = "generic-epolice"
count = 2
approaches = "one"
"""
PATH = "/api/v1/traffic/sites"


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> list[DeviceSpec]:
    folder = prepare(HAND, 7, tmp_path_factory.mktemp("sites") / "networks").folder
    return describe(parse(TEXT), (), crossings(folder, 7))


def test_bearings_become_points_and_no_two_arms_the_same() -> None:
    assert points([2.0, 91.0, 178.0, 271.0]) == ["n", "e", "s", "w"]
    assert points([350.0, 10.0, 46.0]) == ["n", "ne", "e"]
    assert opposite("ne") == "sw"


def test_lanes_count_anew_on_each_approach_and_are_all_there(specs: list[DeviceSpec]) -> None:
    for spec in specs:
        assert spec.crossing is not None
        body = watched(spec.crossing)
        assert [lane.lane for lane in body.lanes] == list(range(1, spec.lanes + 1))
        approaches = {lane.approach for lane in body.lanes}
        assert len(approaches) == len(spec.crossing.approaches)
        assert (body.direction is None) == (len(approaches) > 1)
        assert body.crossing.endswith("交叉口")


def test_sites_are_registered_once_and_what_a_person_said_stays(
    client: Api, specs: list[DeviceSpec], tmp_path: Path
) -> None:
    enlist(specs, tmp_path / "credentials.json")
    assert register_sites(specs) == 5
    assert register_sites(specs) == 0
    admin = client.as_role("sysadmin")
    shown = admin.get(PATH, params={"registered": True}).json()["items"]
    assert [site["changed_by"] for site in shown] == ["simulator"] * 5
    first = shown[0]
    numbers = [(lane["approach"], lane["approach_lane"]) for lane in first["lanes"]]
    assert len(set(numbers)) == len(numbers)
    assert min(number for _, number in numbers) == 1
    body = {"crossing": "别的路口", "direction": "n", "lanes": [{"lane": 1}]}
    admin.put(f"{PATH}/{first['device_id']}", json=body, headers={"If-Match": '"1"'})
    moved = [spec._replace(crossing=specs[0].crossing, lanes=specs[0].lanes) for spec in specs]
    assert register_sites(moved) == 4
    names = {site["device_id"]: site["crossing"] for site in admin.get(PATH).json()["items"]}
    assert names.pop(first["device_id"]) == "别的路口"
    assert len(set(names.values())) == 1
