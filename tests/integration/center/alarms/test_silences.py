"""Silences and maintenance: what is expected raises no alarm, and is counted."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from center.alarms.tasks import watch_clock
from center.clock import now
from ingest.devices import desk
from tests.integration import audits
from tests.integration.center.alarms.troubles import (
    ALARMS,
    alarms,
    history,
    one,
    only,
    relief,
    tell,
    told,
    trouble,
)
from tests.integration.http import Api

SILENCES = "/api/v1/silences"
RING = [[112.60, 26.88], [112.62, 26.88], [112.62, 26.90], [112.60, 26.90], [112.60, 26.88]]
AREA = {"type": "Polygon", "coordinates": [RING]}
CROSSED = {"type": "Polygon", "coordinates": [[RING[0], RING[2], RING[1], RING[3], RING[0]]]}


def later(hours: float = 2) -> str:
    return (now() + timedelta(hours=hours)).isoformat()


def silence(client: Api, **target: Any) -> dict[str, Any]:
    body = {"reason": "河道清淤施工", "until": later()} | target
    answer = client.post(SILENCES, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def device(owner: psycopg.Connection, device_id: str = "WL-0001") -> int:
    desk.add(device_id=device_id, name="站", model="generic-water-level", division="430405")
    row = owner.execute("SELECT id FROM devices WHERE device_id = %s", [device_id]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("role", ["commander", "analyst", "auditor", "department"])
def test_who_may_not_silence_is_refused(client: Api, role: str) -> None:
    made = silence(client.as_role("operator"), division="430405")
    other = client.as_role(role)
    body = {"division": "430405", "reason": "施工", "until": later()}
    path, tag = f"{SILENCES}/{made['id']}", {"If-Match": "*"}
    assert other.post(SILENCES, json=body).status_code == 403
    assert other.patch(path, json={"reason": "施工"}, headers=tag).status_code == 403
    assert other.delete(path, headers=tag).status_code == 403
    assert other.get(path).status_code == 200


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({}, "invalid"),
        ({"division": "430405", "area": AREA}, "invalid"),
        ({"division": "4304x5"}, "invalid"),
        ({"division": "430405", "reason": " "}, "invalid"),
        ({"division": "430405", "until": None}, "invalid"),
        ({"division": "430405", "until": "2020-01-01T00:00:00Z"}, "silence_end"),
        ({"division": "430405", "until": "2099-01-01T00:00:00Z"}, "silence_end"),
        ({"area": CROSSED}, "area_invalid"),
        ({"area": {"type": "Polygon", "coordinates": [RING[:4]]}}, "area_invalid"),
        ({"area": {"type": "Polygon", "coordinates": [[RING[0]] * 4]}}, "area_invalid"),
        ({"area": {"type": "Polygon", "coordinates": [[[500, 0]] * 4]}}, "invalid"),
        ({"area": {"type": "Point", "coordinates": [112.6, 26.9]}}, "invalid"),
    ],
)
def test_a_silence_without_a_true_target_reason_or_end_is_refused(
    client: Api, target: Any, code: str
) -> None:
    body = {"reason": "施工", "until": later()} | target
    answer = client.as_role("operator").post(SILENCES, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_area_that_crosses_itself_is_told_where(client: Api) -> None:
    body = {"reason": "施工", "until": later(), "area": CROSSED}
    assert (
        "Self-intersection" in client.as_role("operator").post(SILENCES, json=body).json()["detail"]
    )


def test_nobody_silences_beyond_his_divisions(client: Api, owner) -> None:
    device(owner)
    local = client.as_role("operator", divisions=["430406"])
    body = {"reason": "施工", "until": later()}
    for target, status in (
        ({"division": "430405"}, 403), ({"division": "4304"}, 403),
        ({"device_id": "WL-0001"}, 404), ({"device_id": "no"}, 404),
    ):  # fmt: skip
        assert local.post(SILENCES, json=body | target).status_code == status
    whole = silence(client.as_role("operator"), division="4304")
    elsewhere = silence(client.as_role("operator"), division="430405")
    path, tag = f"{SILENCES}/{whole['id']}", {"If-Match": "*"}
    assert local.get(path).status_code == 200  # it silences this district, too
    assert local.delete(path, headers=tag).status_code == 403
    assert local.get(f"{SILENCES}/{elsewhere['id']}").status_code == 404
    assert local.delete(f"{SILENCES}/{elsewhere['id']}", headers=tag).status_code == 404
    assert [item["id"] for item in local.get(SILENCES).json()["items"]] == [whole["id"]]


def test_an_area_of_a_district_silences_nothing_of_its_neighbour(client: Api) -> None:
    silence(client.as_role("operator", divisions=["430406"]), area=AREA)
    assert tell(trouble()).raised == 1
    assert tell(trouble("b", division_code="430406002")).suppressed == 1


def test_a_silence_keeps_its_targets_quiet_and_counts_them(client: Api, owner) -> None:
    operator = client.as_role("operator")
    number = device(owner)
    made = [
        silence(operator, device_id="WL-0001"),
        silence(operator, division="430407001"),
        silence(operator, area=AREA),
    ]
    far = {"lon": 113.0, "lat": 27.0}
    found = tell(
        trouble("device", device=number, **far),
        trouble("division", division_code="430407001003", **far),
        trouble("area", division_code="430408"),
        trouble("none", division_code="430407002001", **far),
        trouble("nowhere", division_code="430408", lon=None, lat=None),
    )
    assert (found.raised, found.suppressed) == (2, 3)
    assert sorted(found.ids) == ["none", "nowhere"]
    tell(trouble("device", 1, device=number, **far))
    shown = [operator.get(f"{SILENCES}/{one['id']}").json() for one in made]
    assert [one["suppressed"] for one in shown] == [2, 1, 1]
    assert shown[2]["area"] == AREA
    assert [what for _, what, _ in told(owner)] == ["raised", "raised"]


def test_a_replay_under_a_silence_is_counted_once(client: Api) -> None:
    operator = client.as_role("operator")
    made = silence(operator, division="430405")
    for _ in range(3):
        tell(trouble())
    assert operator.get(f"{SILENCES}/{made['id']}").json()["suppressed"] == 1


def test_a_trouble_that_outlasts_the_silence_is_raised_by_its_next_report(client: Api) -> None:
    operator = client.as_role("operator")
    made = silence(operator, division="430405")
    assert tell(trouble()).suppressed == 1
    ended = operator.delete(f"{SILENCES}/{made['id']}", headers={"If-Match": '"1"'}).json()
    assert (ended["active"], ended["ended_by"]) == (False, made["created_by"])
    assert tell(trouble()).raised == 1  # the same fact, reported again because it lasts


def test_one_that_has_run_out_is_over_by_itself(client: Api, owner) -> None:
    operator = client.as_role("operator")
    made = silence(operator, division="430405")
    owner.execute(
        "UPDATE silences SET since = now() - interval '2h', until = now() - interval '1s'"
    )
    assert tell(trouble()).raised == 1
    refused = operator.patch(
        f"{SILENCES}/{made['id']}", json={"until": later()}, headers={"If-Match": "*"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "silence_over")


def test_maintenance_of_a_device_silences_it_until_it_ends(client: Api, owner) -> None:
    number = device(owner)
    desk.maintain("WL-0001", "更换探头", 2)
    assert tell(trouble(device=number)).suppressed == 1
    assert tell(trouble("other", device=None)).raised == 1
    desk.maintain("WL-0001", "", 0)
    assert tell(trouble(device=number)).raised == 1


def test_what_stands_open_goes_on_under_a_silence(client: Api) -> None:
    one()
    silence(client.as_role("operator"), division="430405")
    assert tell(trouble(minutes=1)).repeated == 1
    assert tell(relief(minutes=2)).cleared == 1
    assert tell(trouble(minutes=3)).suppressed == 1  # over, and not raised again
    assert (only().state, only().repeats) == ("cleared", 1)


def test_a_silence_is_changed_with_its_version_and_audited(client: Api, session: Session) -> None:
    operator = client.as_role("operator")
    body = {"division": "430405", "reason": "河道清淤施工", "until": later()}
    headers = {"Idempotency-Key": "k"}
    made = operator.post(SILENCES, json=body, headers=headers)
    assert operator.post(SILENCES, json=body, headers=headers).json() == made.json()
    path = made.headers["Location"]
    until = later(3)
    assert operator.patch(path, json={"until": until}).status_code == 428
    changed = operator.patch(path, json={"until": until}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json()["reason"] == "河道清淤施工"
    assert operator.delete(path, headers={"If-Match": '"1"'}).status_code == 412
    assert operator.delete(path, headers={"If-Match": '"2"'}).status_code == 200
    assert operator.delete(path, headers={"If-Match": "*"}).json()["code"] == "silence_over"
    for active, count in ((True, 0), (False, 1)):
        found = operator.get(SILENCES, params={"active": active}).json()["items"]
        assert len(found) == count
    for name in ("create", "change", "end"):
        assert len(audits.actions(session, f"silence.{name}")) == 1


def shelve(client: Api, alarm: int) -> Any:
    body = {"until": later(1), "reason": "检修"}
    return client.put(f"{ALARMS}/{alarm}/shelving", json=body, headers={"If-Match": "*"})


def test_a_shelved_alarm_comes_back_by_itself(client: Api, owner, session: Session) -> None:
    ids = tell(trouble("lasts"), trouble("over"), trouble("kept")).ids
    operator = client.as_role("operator")
    for number in ids.values():
        assert shelve(operator, number).json()["state"] == "shelved"
    tell(trouble("lasts", 1), relief("over", 1))
    watch_clock()
    assert {alarm.state for alarm in alarms()} == {"shelved"}
    owner.execute("UPDATE alarms SET shelved_until = now() WHERE key <> 'kept'")
    for _ in range(2):
        watch_clock()
    states = {alarm.id: alarm.state for alarm in alarms()}
    assert [states[ids[key]] for key in ids] == ["shelved", "raised", "cleared"]  # by key
    assert history(operator, ids["lasts"])[-1] == ("unshelve", "raised", "clock")
    assert [what for _, what, _ in told(owner)].count("unshelved") == 2
    (entry,) = audits.actions(session, "alarm.unshelve")
    assert entry.detail["ids"] == [ids["lasts"], ids["over"]]
