"""What facts say of troubles: one alarm a trouble, refreshed, cleared, never raised twice."""

from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.service import Value, close_for_rule, report
from center.database import transaction
from center.identity.caller import system
from tests.integration import audits
from tests.integration.center.alarms.troubles import (
    ALARMS,
    alarms,
    at,
    history,
    one,
    only,
    relief,
    tell,
    told,
    trouble,
)
from tests.integration.http import Api


def test_a_report_that_is_rolled_back_leaves_nothing(session: Session, owner) -> None:
    report(session, [trouble()])
    session.rollback()
    assert (alarms(), told(owner)) == ([], [])


@pytest.mark.usefixtures("database")
def test_nothing_said_is_nothing_done() -> None:
    assert tell().raised == 0
    assert tell(relief()).known == 1
    assert alarms() == []


def test_a_trouble_becomes_an_alarm_with_all_it_rests_on(client: Api, owner) -> None:
    picture = f"{7:064x}"
    number = one(evidence=(picture,))
    shown = client.as_role("operator").get(f"{ALARMS}/{number}")
    assert shown.headers["ETag"] == '"1"'
    expected = {
        "id": number, "version": 1, "state": "raised", "severity": "orange",
        "escalation_level": 0, "source": "rule", "kind": "water_level_high",
        "device_id": "WL-0001", "division_code": "430405", "repeats": 0, "group": None,
        "place": {"type": "Point", "coordinates": [112.6072, 26.8967]},
        "values": [{"quantity": "water_level", "value": 5.2, "unit": "m", "limit": 5.0}],
        "evidence": [picture], "rule": {"id": 12, "version": 3, "name": "河道水位"},
        "acknowledged_by": None, "closed_at": None,
        "actions": ["acknowledge", "shelve", "escalate", "close", "note"],
    }  # fmt: skip
    assert {name: shown.json()[name] for name in expected} == expected
    assert told(owner) == [(number, "raised", "raised")]


@pytest.mark.usefixtures("database")
def test_a_trouble_without_place_values_or_device_is_an_alarm_too() -> None:
    one(lon=None, lat=None, device_id=None, device_name=None, values=(), rule=None)
    assert (only().place, only().values, only().rule) == (None, [], None)


def test_the_same_trouble_is_one_alarm_however_often_it_is_told(owner) -> None:
    one()
    for minutes in range(1, 5):
        high = (Value("water_level", 5 + minutes, "m", 5.0),)
        found = tell(trouble(minutes=minutes, values=high))
        assert (found.raised, found.repeated) == (0, 1)
    alarm = only()
    assert (alarm.repeats, alarm.version, alarm.fact_time) == (4, 1, at(4))
    assert alarm.values[0].value == 9
    assert [what for _, what, _ in told(owner)] == ["raised"]


def test_repeats_are_told_now_and_then(owner) -> None:
    moment = at(70)
    tell(trouble(), moment=moment)
    for seconds in (2, 4, 6, 8, 12):
        tell(trouble(minutes=seconds), moment=moment + timedelta(seconds=seconds))
    assert [what for _, what, _ in told(owner)] == ["raised", "repeated", "repeated"]


@pytest.mark.usefixtures("database")
def test_a_replay_of_the_same_facts_raises_nothing_twice() -> None:
    facts = [
        (trouble(), trouble("b")),
        (relief(minutes=1), trouble("b", 1)),
        (trouble(minutes=2),),
        (relief(minutes=3), relief("b", 3)),
    ]
    for signals in facts:
        tell(*signals)
    before = alarms()
    for signals in facts:
        found = tell(*signals)
        assert (found.raised, found.again, found.repeated, found.cleared) == (0, 0, 0, 0)
    tell(*(signal for signals in facts for signal in signals))
    assert alarms() == before
    assert [(alarm.state, alarm.repeats) for alarm in before] == [("cleared", 1), ("cleared", 1)]


def test_a_replay_after_the_alarm_was_closed_raises_nothing(client: Api) -> None:
    number = one()
    operator = client.as_role("operator")
    ack = f"{ALARMS}/{number}/acknowledgement"
    operator.put(ack, json={}, headers={"If-Match": '"1"'})
    tell(relief(minutes=1))
    assert only().state == "closed"
    assert tell(trouble()).known == 1
    assert tell(trouble(minutes=2)).raised == 1
    assert [alarm.state for alarm in alarms()] == ["closed", "raised"]


def test_cleared_and_raised_again_is_the_same_alarm(client: Api, owner) -> None:
    number = one()
    assert tell(relief(minutes=1, reason="4.8 m")).cleared == 1
    assert (only().state, only().version) == ("cleared", 2)
    assert tell(trouble(minutes=2)).again == 1
    assert (only().state, only().repeats, only().cleared_at) == ("raised", 1, None)
    assert history(client.as_role("auditor"), number) == [
        ("raise", "raised", "facts"),
        ("clear", "cleared", "facts"),
        ("raise", "raised", "facts"),
    ]
    assert [what for _, what, _ in told(owner)] == ["raised", "cleared", "raised"]


@pytest.mark.usefixtures("database")
def test_what_came_and_went_in_one_report_is_an_alarm_that_is_cleared() -> None:
    found = tell(trouble(), relief(minutes=1))
    assert (found.raised, found.cleared) == (1, 1)
    assert (only().state, only().version) == ("cleared", 2)


def test_worse_asks_for_another_acknowledgement(client: Api, owner) -> None:
    number = one()
    operator = client.as_role("operator")
    operator.put(f"{ALARMS}/{number}/acknowledgement", json={}, headers={"If-Match": "*"})
    tell(trouble(minutes=1, severity="red"))
    assert (only().state, only().severity, only().acknowledged_by) == ("raised", "red", None)
    assert told(owner)[-1] == (number, "raised", "raised")


def test_a_rule_that_changed_closes_what_it_has_raised(client: Api, session: Session) -> None:
    tell(trouble("a"), trouble("b", division_code="430406"), trouble("c", rule=(13, 1, "x")))
    with transaction() as changing:
        assert close_for_rule(changing, system("rules"), 12, "规则已修改") == 2
    with transaction() as changing:
        assert close_for_rule(changing, system("rules"), 12, "规则已修改") == 0
    assert [alarm.state for alarm in alarms()] == ["closed", "closed", "raised"]
    (entry,) = audits.actions(session, "alarm.close_for_rule")
    assert (entry.object_id, entry.detail["count"]) == ("12", 2)
    assert history(client.as_role("operator"), alarms()[0].id)[-1] == ("close", "closed", "rules")


def test_the_history_can_be_changed_by_nobody(database, owner) -> None:
    one()
    for statement in ("UPDATE alarm_acts SET note = 'x'", "DELETE FROM alarm_acts",
                      "DELETE FROM alarms", "TRUNCATE alarm_acts",
                      "UPDATE alarms SET key = 'x'"):  # fmt: skip
        with (
            psycopg.connect(database.app) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)
    for statement in ("UPDATE alarm_acts SET note = 'x'", "TRUNCATE alarm_acts"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(statement)


def test_numbers_that_are_none_do_not_stop_a_report(session: Session) -> None:
    tell(trouble(values=(Value("water_level", float("nan"), "m", float("inf")),)))
    (value,) = only().values
    assert (value.value, value.limit) == (None, None)
    stored = session.scalar(sa.text("SELECT measured->0->>'quantity' FROM alarms"))
    assert stored == "water_level"
