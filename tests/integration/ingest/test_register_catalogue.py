"""Quantities and device models: what a number means can be added to, never changed."""

import pytest

QUANTITIES, MODELS = "/api/v1/quantities", "/api/v1/device-models"
OZONE = {"key": "ozone", "unit": "ug/m3", "name_zh": "臭氧", "name_en": "Ozone",
         "plausible_min": 0, "plausible_max": 1000, "decimals": 0}  # fmt: skip
STATION = {"name": "hy-air-2", "kind": "sensor", "manufacturer": "某厂", "description": "",
           "quantities": ["pm25", "noise"]}  # fmt: skip


@pytest.fixture
def keeper(client):
    return client.as_role("device_admin")


def test_who_may_only_read_adds_nothing(client):
    analyst = client.as_role("analyst")
    assert analyst.post(QUANTITIES, json=OZONE).status_code == 403
    assert analyst.post(MODELS, json=STATION).status_code == 403
    assert analyst.get(QUANTITIES).status_code == 200


def test_a_quantity_that_means_nothing_is_refused(keeper):
    for field, value in (
        ("key", "Ozone"), ("key", "臭氧"), ("unit", ""), ("unit", "微克"), ("name_zh", " "),
        ("plausible_min", "NaN"), ("plausible_min", 1000), ("decimals", 7),
    ):  # fmt: skip
        answer = keeper.post(QUANTITIES, json=OZONE | {field: value})
        assert answer.status_code == 422, (field, value)


def test_a_quantity_is_added_once_and_its_unit_stays(keeper):
    made = keeper.post(QUANTITIES, json=OZONE)
    assert (made.status_code, made.json()) == (201, OZONE | {"version": 1})
    assert keeper.post(QUANTITIES, json=OZONE).json()["code"] == "quantity_exists"
    headers = {"If-Match": made.headers["ETag"]}
    assert (
        keeper.patch(f"{QUANTITIES}/ozone", json={"unit": "m"}, headers=headers).status_code == 422
    )
    change = {"plausible_max": None, "name_zh": "臭氧（小时）"}
    changed = keeper.patch(f"{QUANTITIES}/ozone", json=change, headers=headers)
    assert changed.json() == OZONE | change | {"version": 2}
    assert keeper.patch(f"{QUANTITIES}/ozone", json=change, headers=headers).status_code == 412


def test_the_standard_catalogue_is_there_in_pages(keeper):
    first = keeper.get(QUANTITIES, params={"limit": 3}).json()
    assert [item["key"] for item in first["items"]] == [
        "air_pressure", "air_temperature", "battery_voltage",
    ]  # fmt: skip
    rest = keeper.get(QUANTITIES, params={"after": first["next"]}).json()
    assert len(rest["items"]) == 25
    models = keeper.get(MODELS, params={"kind": "sensor"}).json()["items"]
    assert len(models) == 8


def test_a_model_that_cannot_be_is_refused(keeper):
    for change, code in (
        ({"quantities": ["ozone"]}, "unknown_quantity"),
        ({"quantities": ["pm25", "pm25"]}, "quantity_twice"),
        ({"name": "generic-air"}, "model_exists"),
    ):
        assert keeper.post(MODELS, json=STATION | change).json()["code"] == code


def test_a_model_only_grows_at_its_end(keeper):
    made = keeper.post(MODELS, json=STATION)
    assert made.status_code == 201, made.text
    headers = {"If-Match": made.headers["ETag"]}
    path = f"{MODELS}/hy-air-2"
    assert keeper.patch(path, json={"quantities": []}, headers=headers).status_code == 422
    twice = keeper.patch(path, json={"append": ["pm25"]}, headers=headers)
    assert twice.json()["code"] == "quantity_twice"
    grown = keeper.patch(path, json={"append": ["pm10"], "description": "二代"}, headers=headers)
    assert grown.json()["quantities"] == ["pm25", "noise", "pm10"]
    assert keeper.get(path).json()["description"] == "二代"
    assert keeper.get(f"{MODELS}/none").status_code == 404
