"""From committed facts to alarms: turns, restarts, late facts, changes of rules and devices."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from center.clock import now
from cityops.rules.watch.turns import Turns
from tests.integration.cityops.judging import Bench, bench, put_in_force
from tests.integration.databases import Database
from tests.integration.http import Api
from tests.integration.ingest.writing import enrol


@pytest.fixture
def desk(database: Database, owner: psycopg.Connection) -> Iterator[Bench]:
    enrol(owner, "D-1")
    enrol(owner, "D-2", division="430408")
    with bench(database.ingest, owner) as made:
        yield made


@pytest.fixture
def api(client: Api) -> Api:
    return client.as_role("device_admin")


def test_what_is_well_raises_nothing_and_is_written_nowhere(desk: Bench, api: Api) -> None:
    put_in_force(api)
    desk.say(1.0, 1.9, None)
    desk.judge()
    assert (desk.alarms(), desk.troubled()) == ([], 0)
    assert desk.judged() == desk.one("SELECT commit_no FROM commit_watermark") == 3


def test_a_level_past_its_limit_is_one_alarm_from_begin_to_end(desk: Bench, api: Api) -> None:
    put_in_force(api)
    desk.say(1.0, 2.1)
    desk.judge()
    (alarm,) = desk.alarms()
    assert (alarm.state, alarm.severity, alarm.title_zh) == ("raised", "yellow", "test水位2.1m")
    desk.say(3.2, 1.9)
    desk.judge()
    (alarm,) = desk.alarms()
    assert (alarm.state, alarm.severity) == ("raised", "red")
    desk.say(1.4)
    desk.judge()
    assert desk.states() == ["cleared"]
    assert desk.acts() == ["raise", "worsen", "clear"]
    assert desk.troubled() == 0


def test_an_alarm_names_its_rule_its_device_and_what_it_rests_on(desk: Bench, api: Api) -> None:
    rule = put_in_force(api)
    desk.say(2.1)
    desk.judge()
    row = desk.all(
        "SELECT rule_id, rule_version, rule_name, device_id, division_code, kind, source,"
        " fact_time, measured FROM alarms"
    )[0]
    assert row[:3] == (rule["id"], 1, "水位")
    assert row[3:7] == ("D-1", "430405", "water_level", "rule")
    assert row[7] == desk.clock
    assert row[8] == [{"quantity": "water_level", "value": 2.1, "unit": "m", "limit": 2.0}]


def test_neighbours_are_one_group_by_district(desk: Bench, api: Api) -> None:
    put_in_force(api)
    enrol(desk.owner, "D-3")
    for device in ("D-1", "D-2", "D-3"):
        desk.say(2.1, device=device)
    desk.judge()
    groups = desk.all("SELECT count(*)::int FROM alarms GROUP BY group_id ORDER BY 1")
    assert groups == [(1,), (2,)]


@pytest.mark.parametrize("killed_after", range(5))
def test_a_killed_watch_goes_on_where_it_was(desk: Bench, api: Api, killed_after: int) -> None:
    put_in_force(api, condition={"duration_seconds": 20})
    for n, level in enumerate((2.1, 2.1, 2.1, 3.1, 1.0)):
        desk.say(level)
        desk.judge()
        if n == killed_after:
            desk.forget()
    desk.say(1.0)
    desk.judge()
    assert desk.states() == ["cleared"]
    assert desk.acts() == ["raise", "clear"]


def test_what_came_while_nobody_watched_is_told_all_the_same(desk: Bench, api: Api) -> None:
    put_in_force(api)
    desk.say(*(level for _ in range(20) for level in (2.1, 1.0)))
    desk.judge()
    assert desk.states() == ["cleared"]
    assert "raise" in desk.acts()


def test_what_comes_late_does_not_flip_the_state(desk: Bench, api: Api) -> None:
    put_in_force(api)
    desk.say(2.1)
    desk.judge()
    for forgets in (False, True):
        if forgets:
            desk.forget()
        desk.say_at(desk.clock - timedelta(seconds=5), 1.0)
        desk.judge()
        assert desk.states() == ["raised"]
    desk.say(1.0)
    desk.judge()
    desk.forget()
    desk.say_at(desk.clock - timedelta(seconds=5), 3.0)
    desk.judge()
    assert desk.states() == ["cleared"]


def test_a_new_rule_is_noticed_by_the_next_turn(desk: Bench, api: Api) -> None:
    desk.judge()
    put_in_force(api)
    desk.say(2.1)
    desk.judge()
    assert desk.states() == ["raised"]


def test_a_new_device_is_watched_from_its_first_word(desk: Bench, api: Api) -> None:
    put_in_force(api, target={"division": "430412"})
    desk.judge()
    enrol(desk.owner, "D-9", division="430412")
    desk.say(2.1, device="D-9")
    desk.judge()
    assert desk.states() == ["raised"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"enabled": False}, "停用"),
        ({"condition": {"source": "threshold", "quantity": "water_level",
                        "steps": [{"limit": 2.05, "severity": "blue"}]}}, "第 2 版"),
    ],
)  # fmt: skip
def test_a_changed_rule_closes_its_alarms_and_says_why(
    desk: Bench, api: Api, change: dict[str, object], told: str
) -> None:
    rule = put_in_force(api)
    desk.say(2.1)
    desk.judge()
    address = f"/api/v1/rules/{rule['id']}"
    assert api.get(address).json()["troubled"] == 1
    answer = api.patch(address, json=change, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert desk.states() == ["closed"]
    note = desk.one("SELECT note FROM alarm_acts ORDER BY id DESC LIMIT 1")
    assert told in note
    desk.say(2.1)
    desk.judge()
    again = [] if "enabled" in change else ["raised"]
    assert desk.states() == ["closed", *again]


def test_another_name_leaves_the_alarms_as_they_are(desk: Bench, api: Api) -> None:
    rule = put_in_force(api)
    desk.say(2.1)
    desk.judge()
    change = {"name": "新名", "title_en": "Water"}
    answer = api.patch(f"/api/v1/rules/{rule['id']}", json=change, headers={"If-Match": '"1"'})
    assert answer.json()["version"] == 2
    desk.say(1.0)
    desk.judge()
    assert desk.states() == ["cleared"]


def test_a_deleted_rule_ends_its_alarms(desk: Bench, api: Api) -> None:
    rule = put_in_force(api)
    desk.say(2.1)
    desk.judge()
    address = f"/api/v1/rules/{rule['id']}"
    assert api.delete(address, headers={"If-Match": '"1"'}).status_code == 204
    assert api.get(address).status_code == 404
    desk.say(2.2)
    desk.judge()
    assert desk.states() == ["closed"]


def test_a_device_that_leaves_the_target_ends_its_alarm(desk: Bench, api: Api) -> None:
    put_in_force(api, target={"division": "430405"})
    desk.say(2.1)
    desk.judge()
    desk.owner.execute("UPDATE devices SET division_code = '430408' WHERE device_id = 'D-1'")
    desk.judge()
    assert desk.states() == ["cleared"]
    assert desk.troubled() == 0


def _mind_who_is_off_line(api: Api) -> None:
    condition = {"source": "liveness", "state": "offline", "duration_seconds": 60}
    body = {"name": "离线", "title_zh": "{name}离线", "title_en": "{name} is away",
            "condition": condition | {"severity": "blue"}}  # fmt: skip
    assert api.post("/api/v1/rules", json=body).status_code == 201


def test_a_device_off_line_for_long_enough_is_an_alarm_until_it_is_back(
    desk: Bench, api: Api
) -> None:
    _mind_who_is_off_line(api)
    desk.owner.execute("UPDATE ingest_watch SET watched_until = now()")
    _is(desk, "offline", seconds_ago=30)
    desk.judge()
    assert desk.alarms() == []
    _is(desk, "offline", seconds_ago=61)
    desk.forget()  # else the look is due a second later
    desk.judge()
    (alarm,) = desk.alarms()
    assert (alarm.state, alarm.severity, alarm.title_zh) == ("raised", "blue", "test离线")
    _is(desk, "online", seconds_ago=0)
    desk.forget()
    desk.judge()
    assert desk.states() == ["cleared"]


def test_an_absence_of_ours_is_no_silence_of_theirs(desk: Bench, api: Api) -> None:
    _mind_who_is_off_line(api)
    _is(desk, "offline", seconds_ago=3600)
    blind = "INSERT INTO blind_periods VALUES (now() - interval '1 hour', now() - %s::interval)"
    desk.owner.execute("UPDATE ingest_watch SET watched_until = now() - interval '1 hour'")
    desk.judge()
    desk.owner.execute("UPDATE ingest_watch SET watched_until = now()")
    desk.owner.execute(blind, ("59 s",))
    desk.forget()
    desk.judge()
    assert desk.alarms() == []
    desk.owner.execute("UPDATE blind_periods SET ended_at = now() - interval '61 s'")
    desk.forget()
    desk.judge()
    assert desk.states() == ["raised"]


def test_messages_that_are_lost_are_an_alarm_for_an_hour(desk: Bench, api: Api) -> None:
    condition = {"source": "gap", "state": "lost", "severity": "yellow"}
    body = {"name": "缺失", "title_zh": "{name}缺失", "title_en": "{name}", "condition": condition}
    assert api.post("/api/v1/rules", json=body).status_code == 201
    gap = (
        "INSERT INTO gaps (device, boot, span, missing, state, seen_at, opened_at, closed_at)"
        " SELECT id, 1, '[1,3)', '{[1,3)}', 'lost', now(), now(), now() FROM devices"
        " WHERE device_id = 'D-1'"
    )
    desk.owner.execute(gap)
    desk.judge()
    assert desk.states() == ["raised"]
    desk.owner.execute("UPDATE gaps SET closed_at = now() - interval '61 minutes'")
    desk.forget()
    desk.judge()
    assert desk.states() == ["cleared"]


def test_two_watches_judge_each_fact_once(desk: Bench, api: Api) -> None:
    put_in_force(api)
    first = desk.turns
    desk.say(2.1)
    desk.judge()
    desk.forget()
    for level in (1.0, 2.2):
        desk.say(level)
        desk.judge()
    desk.say(1.0)
    desk.turns = first
    desk.judge()
    assert desk.states() == ["cleared"]
    assert desk.acts() == ["raise", "clear", "raise", "clear"]


def test_after_a_long_absence_old_facts_are_passed_by(desk: Bench, api: Api) -> None:
    put_in_force(api)
    desk.say(2.1)
    desk.say_at(now(), 1.0)
    desk.turns = Turns(timedelta(minutes=10))
    desk.judge()
    assert desk.alarms() == []
    assert desk.judged() == 2


def _is(desk: Bench, state: str, seconds_ago: float) -> None:
    desk.owner.execute(
        "INSERT INTO device_status (device, state, since, reason)"
        " SELECT id, %s, %s, 'test' FROM devices WHERE device_id = 'D-1'"
        " ON CONFLICT (device) DO UPDATE SET state = excluded.state, since = excluded.since",
        [state, now() - timedelta(seconds=seconds_ago)],
    )
