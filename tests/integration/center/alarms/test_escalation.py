"""Escalation: what nobody acknowledges goes to the next role, once for each level."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from center.alarms.tasks import watch_clock
from tests.integration import audits
from tests.integration.center.alarms.troubles import (
    ALARMS,
    ANY,
    alarms,
    grow_old,
    history,
    one,
    only,
    relief,
    tell,
    told,
    trouble,
)
from tests.integration.http import Api

MATRIX = "/api/v1/escalation-matrix"
RED = [
    {"severity": "red", "level": 1, "after_minutes": 5, "to_role": "commander"},
    {"severity": "red", "level": 2, "after_minutes": 15, "to_role": "department"},
]


def set_matrix(client: Api, levels: Any, tag: str = "*") -> Any:
    return client.as_role("sysadmin").put(
        MATRIX, json={"levels": levels}, headers={"If-Match": tag}
    )


def test_only_the_system_administrator_sets_the_matrix(client: Api) -> None:
    for role in ("operator", "commander", "device_admin", "auditor"):
        other = client.as_role(role)
        assert other.put(MATRIX, json={"levels": RED}, headers=ANY).status_code == 403
        assert other.get(MATRIX).status_code == 200


@pytest.mark.parametrize(
    "levels",
    [
        [RED[1]],
        [RED[0], RED[0]],
        [RED[0], RED[1] | {"after_minutes": 5}],
        [RED[0] | {"to_role": "nobody"}],
        [RED[0] | {"to_role": "x'; --"}],
        [RED[0] | {"severity": "pink"}],
        [RED[0] | {"level": 0}],
        [RED[0] | {"after_minutes": 0}],
    ],
)
def test_a_matrix_that_is_none_is_refused(client: Api, levels: Any) -> None:
    assert set_matrix(client, levels).status_code == 422
    assert client.as_role("operator").get(MATRIX).json()["version"] == 1


def test_the_matrix_is_changed_with_its_version(client: Api, session: Session) -> None:
    assert len(client.as_role("operator").get(MATRIX).json()["levels"]) == 6
    changed = set_matrix(client, RED, '"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json()["levels"] == RED
    assert set_matrix(client, [], '"1"').status_code == 412
    assert set_matrix(client, [], '"2"').json()["levels"] == []
    assert len(audits.actions(session, "escalation.change")) == 2


def test_what_waits_too_long_climbs_a_level_once(client: Api, session: Session, owner) -> None:
    set_matrix(client, RED)
    number = one(severity="red")
    other = one(key="calm", severity="blue")
    watch_clock()
    assert only_level(number) == 0
    grow_old(owner, number, timedelta(minutes=6))
    grow_old(owner, other, timedelta(days=2))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: watch_clock(), range(8)))
    assert (only_level(number), only_level(other)) == (1, 0)
    grow_old(owner, number, timedelta(days=1))
    for _ in range(3):
        watch_clock()
    assert only_level(number) == 2
    operator = client.as_role("operator")
    assert [line[0] for line in history(operator, number)] == ["raise", "escalate", "escalate"]
    lines = operator.get(f"{ALARMS}/{number}/history").json()["items"]
    assert lines[1]["actor"] == "clock"
    assert lines[1]["detail"] == {"level": 1, "to_role": "commander", "after_minutes": 5}
    assert lines[2]["detail"]["to_role"] == "department"
    assert [what for _, what, _ in told(owner)].count("escalated") == 2
    assert len(audits.actions(session, "alarm.escalate")) == 2


def only_level(number: int) -> int:
    return next(alarm.escalation_level for alarm in alarms() if alarm.id == number)


def test_what_is_acknowledged_over_or_shelved_does_not_climb(client: Api, owner) -> None:
    set_matrix(client, RED)
    found = tell(*(trouble(key, severity="red") for key in ("seen", "over", "shelved")))
    ids = found.ids
    operator = client.as_role("operator")
    operator.put(f"{ALARMS}/{ids['seen']}/acknowledgement", json={}, headers=ANY)
    tell(relief("over", 1))
    body = {"until": "2099-01-01T00:00:00Z", "reason": "检修"}
    assert operator.put(f"{ALARMS}/{ids['shelved']}/shelving", json=body, headers=ANY).is_error
    owner.execute(
        "UPDATE alarms SET state = 'shelved', shelved_until = now() + interval '1h'"
        " WHERE key = 'shelved'"
    )
    for number in ids.values():
        grow_old(owner, number, timedelta(hours=1))
    watch_clock()
    assert [alarm.escalation_level for alarm in alarms()] == [0, 0, 0]


def test_a_fluttering_alarm_that_nobody_looks_at_climbs(client: Api, owner) -> None:
    set_matrix(client, RED)
    number = one(severity="red")
    grow_old(owner, number, timedelta(minutes=6))
    tell(relief(minutes=1))
    tell(trouble(minutes=2, severity="red"))
    watch_clock()
    assert only().escalation_level == 1


def test_who_escalates_gives_it_away_until_there_is_nobody_higher(client: Api) -> None:
    set_matrix(client, RED)
    number = one(severity="red")
    operator = client.as_role("operator")
    operator.put(f"{ALARMS}/{number}/acknowledgement", json={}, headers=ANY)
    path, body = f"{ALARMS}/{number}/escalation", {"reason": "需要指挥长决定"}
    first = operator.put(path, json=body, headers=ANY).json()
    assert (first["state"], first["escalation_level"]) == ("raised", 1)
    assert first["acknowledged_by"] is None
    assert operator.put(path, json=body, headers=ANY).json()["escalation_level"] == 2
    refused = operator.put(path, json=body, headers=ANY)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_further_level")
    assert only().version == 4
