"""What people do about alarms over HTTP: who may, in what order, and what is left behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from center.clock import now
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

HOUR = timedelta(hours=1)


def later(hours: float = 1) -> str:
    return (now() + hours * HOUR).isoformat()


def acts() -> list[tuple[str, str, Any]]:
    """Every act of people: method, last part of the address, body."""
    return [
        ("PUT", "acknowledgement", {"note": "已派人"}),
        ("PUT", "shelving", {"until": later(), "reason": "检修"}),
        ("DELETE", "shelving", None),
        ("PUT", "escalation", {"reason": "超出职权"}),
        ("PUT", "closing", {"reason": "误报"}),
        ("POST", "notes", {"note": "已电话联系"}),
    ]


def act(client: Api, alarm: int, method: str, what: str, body: Any = None, tag: str = "*") -> Any:
    path = f"{ALARMS}/{alarm}/{what}"
    return client.request(method, path, json=body, headers={"If-Match": tag})


def acknowledge(client: Api, alarm: int, tag: str = "*", note: str = "") -> Any:
    return act(client, alarm, "PUT", "acknowledgement", {"note": note}, tag)


def test_who_may_only_read_acts_on_nothing(client: Api) -> None:
    number = one()
    for role in ("analyst", "inspector", "department", "sysadmin", "auditor", "device_admin"):
        reader = client.as_role(role)
        assert reader.get(f"{ALARMS}/{number}").status_code == 200
        for given in acts():
            assert act(reader, number, *given).status_code == 403
        many = reader.post(f"{ALARMS}/acknowledgements", json={"ids": [number]})
        assert many.status_code == 403
    assert client.as_role("secadmin").get(ALARMS).status_code == 403
    assert client.get(ALARMS).status_code == 401


def test_the_alarm_of_another_district_is_not_there(client: Api) -> None:
    number = one()
    other = client.as_role("operator", divisions=["430406"])
    for path in (f"{ALARMS}/{number}", f"{ALARMS}/{number}/history", f"{ALARMS}/99"):
        assert other.get(path).status_code == 404
    for given in acts():
        assert act(other, number, *given).status_code == 404
    assert other.get(ALARMS).json()["items"] == []
    assert other.get(f"{ALARMS}/summary").json()["open"]["orange"] == 0
    left = other.post(f"{ALARMS}/acknowledgements", json={"ids": [number]}).json()
    assert left == {"acknowledged": [], "left": [{"id": number, "state": None, "by": None}]}
    assert other.post(f"{ALARMS}/acknowledgements", json={"group": 1}).status_code == 404
    assert only().state == "raised"


def test_an_act_needs_the_version_that_was_read(client: Api) -> None:
    number = one()
    operator = client.as_role("operator")
    for method, what, body in acts():
        answer = operator.request(method, f"{ALARMS}/{number}/{what}", json=body)
        assert answer.status_code == 428, what
    operator.post(f"{ALARMS}/{number}/notes", json={"note": "看到"}, headers={"If-Match": '"1"'})
    stale = acknowledge(operator, number, '"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert (stale.json()["last_act"], stale.json()["version"]) == ("note", 2)
    assert acknowledge(operator, number, '"2"').status_code == 200


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("shelving", {"until": "2099-01-01T00:00:00Z", "reason": "检修"}),
        ("shelving", {"until": "2020-01-01T00:00:00Z", "reason": "检修"}),
        ("shelving", {"until": "2099-01-01T00:00:00", "reason": "检修"}),
        ("shelving", {"reason": "检修"}),
        ("escalation", {}),
        ("escalation", {"reason": "  "}),
        ("closing", {"reason": ""}),
        ("closing", {"reason": "x" * 501}),
        ("acknowledgement", {"note": "x\0"}),
        ("acknowledgement", {"note": "", "state": "closed"}),
    ],
)
def test_an_act_without_a_reason_or_an_end_is_refused(client: Api, what: str, body: Any) -> None:
    number = one()
    assert act(client.as_role("operator"), number, "PUT", what, body).status_code == 422
    assert only().version == 1


def test_what_the_state_does_not_allow_is_refused_with_who_was_there(client: Api) -> None:
    number = one()
    operator = client.as_role("operator")
    refused = act(operator, number, "DELETE", "shelving")
    assert (refused.status_code, refused.json()["code"]) == (409, "act_not_possible")
    act(operator, number, "PUT", "closing", {"reason": "误报"})
    for method, what, body in acts()[:5]:
        refused = act(operator, number, method, what, body)
        assert (refused.status_code, refused.json()["state"]) == (409, "closed")
        assert refused.json()["by"].startswith("operator")
    assert act(operator, number, "POST", "notes", {"note": "复盘"}).status_code == 201


def test_of_two_who_acknowledge_at_once_one_is_first_and_the_other_is_told(
    client: Api, session: Session, owner
) -> None:
    both = [client.as_role("operator"), client.as_role("commander")]
    for round_ in range(8):
        number = one(key=f"k{round_}")
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda who, n=number: acknowledge(who, n, '"1"'), both))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (won,) = [a.json() for a in answers if a.status_code == 200]
        (lost,) = [a.json() for a in answers if a.status_code == 409]
        assert lost["code"] == "already_acknowledged"
        assert (lost["by"], lost["at"] is not None) == (won["acknowledged_by"], True)
    assert len(audits.actions(session, "alarm.acknowledge")) == 8
    assert [what for _, what, _ in told(owner)].count("acknowledged") == 8


def test_from_the_fact_to_the_end_the_time_line_tells_all_of_it(
    client: Api, session: Session, owner
) -> None:
    number = one()
    operator = client.as_role("operator", divisions=["430405"])
    seen = acknowledge(operator, number, '"1"', "已派水务局巡查")
    assert seen.headers["ETag"] == '"2"'
    assert seen.json()["acknowledged_by"].startswith("operator")
    tell(relief(minutes=5))
    assert only().state == "closed"
    lines = client.as_role("auditor").get(f"{ALARMS}/{number}/history").json()["items"]
    assert [(line["act"], line["state"]) for line in lines] == [
        ("raise", "raised"),
        ("acknowledge", "acknowledged"),
        ("clear", "closed"),
    ]
    assert lines[0]["detail"]["values"][0]["value"] == 5.2
    assert lines[1]["note"] == "已派水务局巡查"
    (entry,) = audits.actions(session, "alarm.acknowledge")
    assert (entry.object_id, entry.detail["note"]) == (str(number), "已派水务局巡查")
    assert [what for _, what, _ in told(owner)] == ["raised", "acknowledged", "closed"]


def test_who_acknowledges_what_is_over_closes_it(client: Api) -> None:
    number = one()
    tell(relief(minutes=1))
    answer = acknowledge(client.as_role("operator"), number, '"2"')
    assert (answer.json()["state"], answer.json()["actions"]) == ("closed", ["note"])


def test_every_act_is_audited_and_told(client: Api, session: Session, owner) -> None:
    number = one()
    operator = client.as_role("operator")
    for method, what, body in (acts()[k] for k in (0, 1, 2, 3, 5, 4)):
        answer = act(operator, number, method, what, body)
        assert answer.status_code in (200, 201), answer.text
        assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    names = ["acknowledge", "shelve", "unshelve", "escalate", "note", "close"]
    assert [line[0] for line in history(operator, number)] == ["raise", *names]
    for name in names:
        assert len(audits.actions(session, f"alarm.{name}")) == 1, name
    assert [what for _, what, _ in told(owner)] == [
        "raised", "acknowledged", "shelved", "unshelved", "escalated", "noted", "closed",
    ]  # fmt: skip


def test_a_note_that_is_sent_again_is_there_once(client: Api) -> None:
    number = one()
    operator = client.as_role("operator")
    headers = {"If-Match": '"1"', "Idempotency-Key": "k"}
    path = f"{ALARMS}/{number}/notes"
    first = operator.post(path, json={"note": "已电话联系"}, headers=headers)
    assert first.headers["Location"] == f"{ALARMS}/{number}/history"
    assert operator.post(path, json={"note": "已电话联系"}, headers=headers).json() == first.json()
    assert [line[0] for line in history(operator, number)] == ["raise", "note"]


def test_many_are_acknowledged_at_once_and_the_rest_is_named(
    client: Api, session: Session, owner
) -> None:
    ids = list(tell(*(trouble(f"k{n}") for n in range(5))).ids.values())
    first = client.as_role("commander")
    acknowledge(first, ids[0])
    tell(relief("k1", 1))
    operator = client.as_role("operator")
    body = {"ids": [*ids, 999], "note": "同一场雨"}
    answer = operator.post(f"{ALARMS}/acknowledgements", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["acknowledged"] == sorted(ids[1:])
    kept = [(one["id"], one["state"]) for one in answer.json()["left"]]
    assert kept == [(ids[0], "acknowledged"), (999, None)]
    assert answer.json()["left"][0]["by"].startswith("commander")
    states = [alarm.state for alarm in alarms()]
    assert states == ["acknowledged", "closed", *["acknowledged"] * 3]
    (entry,) = audits.actions(session, "alarm.acknowledge_many")
    assert (entry.detail["count"], entry.detail["note"]) == (4, "同一场雨")
    assert [what for _, what, _ in told(owner)].count("acknowledged") == 5


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": [1], "group": 1}, {"ids": [0]}, {"ids": [1] * 501},
             {"group": 0}, {"ids": ["x"]}]
)  # fmt: skip
def test_many_need_to_be_named_in_one_way(client: Api, body: Any) -> None:
    answer = client.as_role("operator").post(f"{ALARMS}/acknowledgements", json=body)
    assert answer.status_code == 422


def test_the_list_is_narrowed_and_read_on(client: Api) -> None:
    tell(
        trouble("a"),
        trouble("b", severity="red", device_id="WL-2", device_name="100%_站"),
        trouble("c", source="liveness", division_code="430406001", rule=None),
    )
    a, b, c = (alarm.id for alarm in alarms())
    operator = client.as_role("operator")
    acknowledge(operator, b)
    for query, found in (
        ("", [c, b, a]), ("state=raised", [c, a]), ("state=raised&state=acknowledged", [c, b, a]),
        ("severity=red", [b]), ("severity=red&severity=orange", [c, b, a]), ("severity=blue", []),
        ("division=430406", [c]), ("source=liveness", [c]),
        ("device=WL-2", [b]), ("rule=12", [b, a]), ("q=100%25_", [b]), ("q=%25", [b]),
        ("q=警戒", [c, b, a]), ("open=true", [c, b, a]), ("open=false", []),
        ("from=2020-01-01T00:00:00Z", [c, b, a]), ("to=2020-01-01T00:00:00Z", []),
        ("group=1", []),
    ):  # fmt: skip
        answer = operator.get(f"{ALARMS}?{query}")
        assert [item["id"] for item in answer.json()["items"]] == found, query
    first = operator.get(ALARMS, params={"limit": 2}).json()
    rest = operator.get(ALARMS, params={"limit": 2, "after": first["next"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [c, b, a]
    for query in (
        "state=lost", "severity=pink", "severity=red&severity=pink", "from=yesterday", "division=x",
        "limit=0",
    ):  # fmt: skip
        assert operator.get(f"{ALARMS}?{query}").status_code == 422, query


def test_the_summary_counts_what_is_open(client: Api) -> None:
    ids = list(
        tell(*(trouble(f"k{n}") for n in range(4)), trouble("r", severity="red")).ids.values()
    )
    operator = client.as_role("operator")
    acknowledge(operator, ids[0])
    tell(relief("k1", 1))
    act(operator, ids[2], "PUT", "shelving", {"until": later(), "reason": "检修"})
    nothing = {"red": 0, "orange": 0, "yellow": 0, "blue": 0}
    assert operator.get(f"{ALARMS}/summary").json() == {
        "open": nothing | {"orange": 3, "red": 1},
        "unacknowledged": nothing | {"orange": 2, "red": 1},
        "shelved": 1,
    }
