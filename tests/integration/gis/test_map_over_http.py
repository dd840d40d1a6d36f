"""Divisions, places and components over HTTP."""

from itertools import pairwise

import pytest

from tests.integration.databases import Database
from tests.integration.http import Api

V1 = "/api/v1/gis"
PLACE = {"lon": 112.5905, "lat": 26.8855}


@pytest.mark.parametrize(
    "path", ["/divisions", "/divisions/4304", "/locate?lon=1&lat=1", "/components", "/dictionary"]
)
def test_who_may_not_see_the_map_is_refused(client: Api, path: str) -> None:
    assert client.get(V1 + path).status_code == 401
    assert client.as_role("auditor").get(V1 + path).status_code == 403


def test_what_is_not_there_is_not_found(small: Database, client: Api) -> None:
    operator = client.as_role("operator")
    assert operator.get(f"{V1}/divisions/430499").status_code == 404
    assert operator.get(f"{V1}/components/4304080118999999").status_code == 404


@pytest.mark.parametrize(
    "query", ["bbox=1,2,3", "bbox=a,b,c,d", "bbox=113,26,112,27", "class_code=xx", "state=new"]
)
def test_filters_that_mean_nothing_are_refused(client: Api, query: str) -> None:
    assert client.as_role("operator").get(f"{V1}/components?{query}").status_code == 422


def test_components_of_other_divisions_are_never_shown(small: Database, client: Api) -> None:
    own = client.as_role("operator", divisions=["430405"])
    assert own.get(f"{V1}/components").json()["items"] == []
    seen = client.as_role("operator", divisions=["430408001"])
    page = seen.get(f"{V1}/components", params={"limit": 500}).json()
    assert page["items"]
    assert all(item["division_code"].startswith("430408001") for item in page["items"])
    everyone = client.as_role("operator")
    code = page["items"][0]["code"]
    assert everyone.get(f"{V1}/components/{code}").status_code == 200
    assert own.get(f"{V1}/components/{code}").status_code == 404


def test_divisions_are_listed_by_level_and_parent(small: Database, client: Api) -> None:
    operator = client.as_role("operator", divisions=["430405"])
    districts = operator.get(f"{V1}/divisions", params={"level": 2}).json()["items"]
    assert [item["code"] for item in districts][:2] == ["430405", "430406"]
    assert (districts[0]["name_zh"], districts[0]["initials"]) == ("珠晖区", "zhq")
    streets = operator.get(f"{V1}/divisions", params={"parent": "430408"}).json()["items"]
    assert {item["level"] for item in streets} == {3}
    assert {item["source"] for item in streets} == {"generated"}


def test_a_division_has_its_outline_and_what_is_built_up(small: Database, client: Api) -> None:
    found = client.as_role("operator").get(f"{V1}/divisions/430408").json()
    assert found["geometry"]["type"] == "MultiPolygon"
    assert found["built_up"]["type"] == "MultiPolygon"
    west, south, east, north = found["bbox"]
    assert west < PLACE["lon"] < east
    assert south < PLACE["lat"] < north


def test_a_place_is_located_down_to_its_grid(small: Database, client: Api) -> None:
    operator = client.as_role("operator")
    found = operator.get(f"{V1}/locate", params=PLACE).json()
    assert found["district"] == {
        "code": "430408", "name_zh": "蒸湘区", "name_en": "Zhengxiang District",
    }  # fmt: skip
    codes = [found[level]["code"] for level in ("district", "street", "community", "grid")]
    assert [len(code) for code in codes] == [6, 9, 12, 14]
    assert all(long.startswith(short) for short, long in pairwise(codes))


def test_a_place_in_the_country_has_a_district_alone_and_one_outside_nothing(
    small: Database, client: Api
) -> None:
    operator = client.as_role("operator")
    temple = operator.get(f"{V1}/locate", params={"lon": 112.73, "lat": 27.25}).json()
    assert temple["district"]["code"] == "430412"
    assert temple["street"] is temple["community"] is temple["grid"] is None
    changsha = operator.get(f"{V1}/locate", params={"lon": 112.94, "lat": 28.23}).json()
    assert set(changsha.values()) == {None}


def test_components_are_found_by_class_grid_and_box(small: Database, client: Api) -> None:
    operator = client.as_role("operator")
    lamps = operator.get(f"{V1}/components", params={"class_code": "0118", "limit": 3}).json()
    assert {item["name_zh"] for item in lamps["items"]} == {"路灯"}
    assert lamps["next"]
    first = lamps["items"][0]
    assert first["maintainer"] == {"code": "B03", "name": "市路灯管理处"}
    same = operator.get(f"{V1}/components", params={"grid": first["grid_code"]}).json()["items"]
    assert first in same
    lon, lat = first["place"]["coordinates"]
    box = f"{lon - 1e-6},{lat - 1e-6},{lon + 1e-6},{lat + 1e-6}"
    near = operator.get(f"{V1}/components", params={"bbox": box}).json()["items"]
    assert first in near


def test_the_dictionary_names_every_class(small: Database, client: Api) -> None:
    operator = client.as_role("operator")
    params = {"kind": "component", "limit": 500}
    entries = operator.get(f"{V1}/dictionary", params=params).json()["items"]
    names = {item["class_code"] + item["subclass_code"]: item["name_zh"] for item in entries}
    assert (names["01"], names["0118"]) == ("公用设施", "路灯")
    before = operator.get(f"{V1}/dictionary", params={**params, "on": "2000-01-01"}).json()
    assert before["items"] == []
