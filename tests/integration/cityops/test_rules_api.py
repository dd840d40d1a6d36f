"""Rules over HTTP: who may, what is refused, versions, the audit trail, dry runs."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from center.clock import now
from center.database import transaction
from cityops.rules.seed import seed, standard
from tests.integration.audits import actions
from tests.integration.cityops.judging import STEPS, draft, put_in_force
from tests.integration.http import Api
from tests.integration.ingest import facts
from tests.integration.ingest.writing import enrol


@pytest.fixture
def api(client: Api) -> Api:
    return client.as_role("device_admin")


@pytest.mark.parametrize("role", ["operator", "analyst", "commander"])
def test_who_may_only_read_changes_nothing(client: Api, api: Api, role: str) -> None:
    rule = put_in_force(api)
    reader = client.as_role(role)
    address = f"/api/v1/rules/{rule['id']}"
    assert reader.get(address).status_code == 200
    match = {"If-Match": '"1"'}
    assert reader.post("/api/v1/rules", json=draft(name="二")).status_code == 403
    assert reader.patch(address, json={"enabled": False}, headers=match).status_code == 403
    assert reader.delete(address, headers=match).status_code == 403


@pytest.mark.parametrize("role", ["inspector", "department", "auditor", "secadmin"])
def test_who_has_no_business_with_rules_sees_none(client: Api, role: str) -> None:
    assert client.as_role(role).get("/api/v1/rules").status_code == 403


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"condition": {"quantity": "patience"}}, "There is no quantity 'patience'"),
    ({"condition": {"steps": [{"limit": 99.0, "severity": "red"}]}}, "outside what water_level"),
    ({"condition": {"steps": [{"limit": -6.0, "severity": "red"}]}}, "No reading would ever"),
    ({"target": {"model": "none-such"}}, "There is no device model 'none-such'"),
    ({"target": {"model": "generic-lamp"}}, "do not measure 'water_level'"),
    ({"target": {"model": "generic-water-level", "kind": "camera"}}, "would watch nothing"),
    ({"target": {"devices": ["NOBODY"]}}, "There is no device 'NOBODY'"),
    (
        {"target": {"area": {"type": "Polygon", "coordinates": [
            [[26.8, 12.5], [27.0, 12.5], [27.0, 12.7], [26.8, 12.5]]]}}},
        "swapped",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "words"), IMPOSSIBLE)
def test_an_impossible_rule_is_refused_with_the_reason(
    api: Api, changed: dict[str, Any], words: str
) -> None:
    answer = api.post("/api/v1/rules", json=draft(**changed))
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert api.get("/api/v1/rules").json()["items"] == []


def test_a_number_that_is_none_is_refused(api: Api) -> None:
    text = '{"name":"a","title_zh":"a","title_en":"a","condition":{"source":"threshold",'
    text += '"quantity":"water_level","steps":[{"limit":NaN,"severity":"red"}]}}'
    answer = api.post("/api/v1/rules", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "finite" in answer.json()["errors"][0]["message"]


def test_a_name_is_given_once(api: Api) -> None:
    put_in_force(api)
    assert api.post("/api/v1/rules", json=draft()).status_code == 409
    other = put_in_force(api, name="二")
    change = api.patch(
        f"/api/v1/rules/{other['id']}", json={"name": "水位"}, headers={"If-Match": '"1"'}
    )
    assert (change.status_code, change.json()["code"]) == (409, "rule_name_taken")


def test_a_rule_stays_within_the_divisions_of_who_makes_it(client: Api, api: Api) -> None:
    district = client.as_role("device_admin", divisions=["430408"])
    assert district.post("/api/v1/rules", json=draft()).json()["code"] == "rule_outside_divisions"
    own = put_in_force(district, target={"division": "430408"})
    other = put_in_force(api, name="邻区", target={"division": "430405"})
    city = put_in_force(api, name="全市")
    seen = [rule["id"] for rule in district.get("/api/v1/rules").json()["items"]]
    assert seen == [own["id"], city["id"]]
    assert district.get(f"/api/v1/rules/{other['id']}").status_code == 404
    change = district.patch(
        f"/api/v1/rules/{city['id']}", json={"enabled": False}, headers={"If-Match": '"1"'}
    )
    assert change.status_code == 403


def test_a_change_needs_the_version_that_was_read(api: Api) -> None:
    address = f"/api/v1/rules/{put_in_force(api)['id']}"
    assert api.patch(address, json={"enabled": False}).status_code == 428
    first = api.patch(address, json={"enabled": False}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    second = api.patch(address, json={"enabled": True}, headers={"If-Match": '"1"'})
    assert second.status_code == 412


def test_a_change_of_nothing_is_no_version(api: Api) -> None:
    address = f"/api/v1/rules/{put_in_force(api)['id']}"
    same = api.patch(address, json={"name": "水位"}, headers={"If-Match": '"1"'})
    assert same.json()["version"] == 1


def test_every_version_is_kept_and_every_act_is_audited(api: Api, session: Session) -> None:
    address = f"/api/v1/rules/{put_in_force(api)['id']}"
    calendar = {"hours": {"begin": "20:00", "end": "05:00"}}
    api.patch(address, json={"calendar": calendar}, headers={"If-Match": '"1"'})
    api.patch(address, json={"calendar": None}, headers={"If-Match": '"2"'})
    versions = api.get(f"{address}/versions").json()["items"]
    assert [one["version"] for one in versions] == [3, 2, 1]
    assert [one["calendar"] is None for one in versions] == [True, False, True]
    assert versions[1]["calendar"]["hours"] == calendar["hours"]
    api.delete(address, headers={"If-Match": '"3"'})
    (created,) = actions(session, "rule.create")
    assert created.detail["after"]["value"]["condition"]["steps"][0]["limit"] == 2.0
    changed, _ = actions(session, "rule.change")
    assert changed.detail["before"]["value"]["calendar"] is None
    assert changed.detail["after"]["value"]["calendar"]["hours"] == calendar["hours"]
    assert len(actions(session, "rule.delete")) == 1


def test_a_request_that_is_sent_again_makes_one_rule(api: Api) -> None:
    key = {"Idempotency-Key": "once"}
    first = api.post("/api/v1/rules", json=draft(), headers=key)
    again = api.post("/api/v1/rules", json=draft(), headers=key)
    assert first.json() == again.json()
    assert again.headers["Location"] == f"/api/v1/rules/{first.json()['id']}"
    assert len(api.get("/api/v1/rules").json()["items"]) == 1


def test_a_list_is_narrowed_by_what_is_asked(api: Api) -> None:
    put_in_force(api)
    put_in_force(api, name="流量", condition={"quantity": "flow_rate"}, enabled=False)

    def names(query: str) -> list[str]:
        return [rule["name"] for rule in api.get(f"/api/v1/rules?{query}").json()["items"]]

    assert names("") == ["水位", "流量"]
    assert names("enabled=false") == ["流量"]
    assert names("quantity=water_level") == ["水位"]
    assert names("source=gap") == []
    assert names("q=流") == ["流量"]
    assert names("division=430408") == []
    page = api.get("/api/v1/rules?limit=1").json()
    assert page["next"] is not None
    assert names(f"limit=1&after={page['next']}") == ["流量"]


def test_the_standard_rules_are_put_in_once_and_then_belong_to_the_city(api: Api) -> None:
    for _ in range(2):
        with transaction() as session:
            seed(session)
    items = api.get("/api/v1/rules?limit=100").json()["items"]
    assert len(items) == len(standard())
    assert all(rule["standard"] for rule in items)
    api.delete(f"/api/v1/rules/{items[0]['id']}", headers={"If-Match": '"1"'})
    with transaction() as session:
        seed(session)
    assert len(api.get("/api/v1/rules?limit=100").json()["items"]) == len(standard()) - 1


# --- dry runs ---------------------------------------------------------------------------------


def ask(api: Api, days: float = 1.0, **changed: Any) -> Any:
    rule = draft(**changed)
    rule.pop("name")
    end = now()
    body = {"rule": rule, "from": (end - timedelta(days=days)).isoformat(), "to": end.isoformat()}
    return api.post("/api/v1/rules/dry-runs", json=body)


def test_a_dry_run_is_bounded_and_of_quantities_alone(api: Api) -> None:
    assert ask(api, days=32).status_code == 413
    assert ask(api, days=-1).status_code == 413
    gap = {"source": "gap", "severity": "blue"}
    body = {"rule": {"condition": gap, "title_zh": "a", "title_en": "a"},
            "from": (now() - timedelta(days=1)).isoformat(), "to": now().isoformat()}  # fmt: skip
    assert api.post("/api/v1/rules/dry-runs", json=body).json()["code"] == "dry_run_not_possible"


def test_a_dry_run_tells_what_would_have_been_raised(
    client: Api, api: Api, owner: psycopg.Connection
) -> None:
    first, second = enrol(owner, "D-1"), enrol(owner, "D-2", division="430408")
    begin = now() - timedelta(hours=2)
    series = [(first, 1.0), (first, 2.2), (first, 3.4), (first, 1.0), (second, 2.1), (first, 2.0)]
    with owner.transaction():
        facts.store(owner, [
            (device, begin + timedelta(minutes=n), [level, 1.0, 3.6, -70.0])
            for n, (device, level) in enumerate(series)
        ])  # fmt: skip
    told = ask(api).json()
    assert [
        (one["device_id"], one["severity"], one["peak"], one["to"] is None)
        for one in told["alarms"]
    ] == [("D-1", "red", 3.4, False), ("D-2", "yellow", 2.1, True), ("D-1", "yellow", 2.0, True)]
    assert told["count"] == 3
    assert told["by_severity"] == {"red": 1, "yellow": 2}
    assert (told["troubled"], told["devices"], told["tried"]) == (2, 2, 2)
    assert told["truncated"] is False
    narrow = ask(api, condition={"steps": STEPS, "duration_seconds": 60}).json()
    assert [one["device_id"] for one in narrow["alarms"]] == ["D-1"]
    district = client.as_role("analyst", divisions=["430408"])
    seen = ask(district, target={"division": "430408"}).json()
    assert [one["device_id"] for one in seen["alarms"]] == ["D-2"]
    assert api.get("/api/v1/alarms").json()["items"] == []
