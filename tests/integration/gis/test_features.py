"""OGC API - Features: refusals, links that lead on, GeoJSON in CRS84, scope."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.integration.gis.mapped import EAST, draw, scatter
from tests.integration.http import Api

OGC = "/api/v1/ogc"
COMPONENTS = 60


@pytest.fixture
def city(owner: psycopg.Connection, client: Api) -> Iterator[Api]:
    draw(owner)
    scatter(owner, COMPONENTS, 0)
    return client


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/collections/devices", 404),
        ("/collections/users/items", 404),
        ("/collections/districts/items/999999", 404),
        ("/collections/roads/items/abc", 404),
        ("/collections/roads/items/99999999999999999999", 404),
        ("/collections/districts/items?bbox=1,2,3", 400),
        ("/collections/districts/items?bbox=9,9,1,1", 400),
        ("/collections/districts/items?colour=red", 400),
        ("/collections?f=html", 400),
        ("?x=1", 400),
        ("/collections/districts/items?limit=0", 422),
        ("/collections/districts/items?limit=many", 422),
        ("/collections/districts/items?offset=-1", 422),
    ],
)
def test_what_cannot_be_answered_is_refused(client: Api, path: str, status: int) -> None:
    answer = client.as_role("operator").get(f"{OGC}{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    )


def test_who_may_not_see_the_map_sees_no_features(client: Api) -> None:
    assert client.get(OGC).status_code == 401
    assert client.as_role("auditor").get(f"{OGC}/collections").status_code == 403


def test_a_client_finds_its_way_from_the_landing_page(city: Api) -> None:
    api = city.as_role("inspector")
    landing = api.get(OGC).json()
    links = {link["rel"]: link["href"] for link in landing["links"]}
    assert api.get(links["service-desc"]).status_code == 200
    assert any(
        uri.endswith("conf/core") for uri in api.get(links["conformance"]).json()["conformsTo"]
    )
    listed = api.get(links["data"]).json()["collections"]
    assert [one["id"] for one in listed] == [
        "districts", "streets", "communities", "grids", "roads", "components",
    ]  # fmt: skip
    for one in listed:
        assert one["extent"]["spatial"]["bbox"] == [[112.4, 26.7, 112.8, 27.0]]
        [items] = [link["href"] for link in one["links"] if link["rel"] == "items"]
        answer = api.get(items)
        assert answer.headers["Content-Type"] == "application/geo+json"
        features = answer.json()["features"]
        assert features
        for feature in features:
            assert feature["type"] == "Feature"
            assert "authority" not in feature["properties"]
        number = features[0]["id"]
        alone = api.get(f"{OGC}/collections/{one['id']}/items/{number}").json()
        assert {key: alone[key] for key in features[0]} == features[0]
        assert {link["rel"] for link in alone["links"]} == {"self", "collection"}


def test_next_leads_through_all_features_once(city: Api) -> None:
    api, seen = city.as_role("operator"), []
    address = f"{OGC}/collections/components/items?limit=7&bbox=112,26,113,27.5"
    while address:
        page = api.get(address).json()
        assert page["numberReturned"] == len(page["features"])
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(seen) == len(set(seen)) == COMPONENTS
    assert seen == sorted(seen)


def test_a_box_narrows_and_a_time_does_not(city: Api) -> None:
    api = city.as_role("operator")
    west = api.get(f"{OGC}/collections/districts/items?bbox=112.41,26.71,112.5,26.8").json()
    assert [feature["properties"]["name_zh"] for feature in west["features"]] == ["石鼓区"]
    any_time = api.get(f"{OGC}/collections/districts/items?datetime=2026-01-01T00:00:00Z").json()
    assert len(any_time["features"]) == 2


def test_components_come_from_the_callers_divisions_only(city: Api) -> None:
    east = city.as_role("inspector", divisions=[EAST])
    items = east.get(f"{OGC}/collections/components/items?limit=100000").json()["features"]
    assert {item["id"][:6] for item in items} == {EAST}
    everything = city.as_role("inspector")
    others = everything.get(f"{OGC}/collections/components/items?limit=1000").json()["features"]
    foreign = next(item["id"] for item in others if not item["id"].startswith(EAST))
    assert east.get(f"{OGC}/collections/components/items/{foreign}").status_code == 404
