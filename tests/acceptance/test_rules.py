"""Killed while alarms are raised, the watch loses none and raises none twice; so without Redis."""

import random
import time
from collections.abc import Iterator

import pytest

from server.benches.loaded import Loaded
from server.benches.site import HENGYANG, RULES, Site, until
from simulators.faults import Fault
from simulators.scenario import Group, Scenario
from tests.acceptance.conftest import fresh_site

pytestmark = pytest.mark.timeout(900)  # a system of its own starts within the first test
SENSORS = 40
BLOWS = 4
chance = random.Random(20261126)
# What devices measured, judged by a rule of one limit without duration: each device that passed it
# in the order of the commits has begun and ended so many alarms.
CROSSINGS = """
WITH told AS (
    SELECT r.device, b.commit_no, r.time, r.boot, r.seq, r."values"[1] AS tilt
    FROM readings r JOIN batches b ON b.id = r.batch JOIN devices d ON d.id = r.device
    WHERE d.device_id LIKE 'ru-%'
), ordered AS (
    SELECT *, max(time) OVER (PARTITION BY device ORDER BY commit_no, time, boot, seq
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest FROM told
), past AS (
    SELECT device, tilt >= 15 AS past,
           lag(tilt >= 15, 1, false) OVER (
               PARTITION BY device ORDER BY commit_no, time, boot, seq) AS before
    FROM ordered WHERE time >= coalesce(newest, '-infinity')
)
SELECT device, count(*) FILTER (WHERE past AND NOT before)::int,
       count(*) FILTER (WHERE before AND NOT past)::int
FROM past GROUP BY device ORDER BY device
"""
# What the time lines say of the same devices.
TOLD = """
SELECT d.id, count(*) FILTER (WHERE c.act = 'raise')::int,
       count(*) FILTER (WHERE c.act = 'clear')::int
FROM devices d
LEFT JOIN alarms a ON a.device = d.id AND a.source = 'rule' LEFT JOIN alarm_acts c ON c.alarm = a.id
WHERE d.device_id LIKE 'ru-%' GROUP BY d.id ORDER BY d.id
"""


@pytest.fixture(scope="module")
def rules_site() -> Iterator[Site]:
    """A system of its own with one rule, on the tilt of covers, and the watch."""
    with fresh_site() as made:
        made.up()
        with made.connect() as connection:
            connection.execute("UPDATE rules SET enabled = false WHERE origin <> 'manhole-tilt'")
            connection.execute(
                "UPDATE rules SET value = jsonb_set(value, '{condition,steps}',"
                """ '[{"limit": 15, "clear": 15, "severity": "orange"}]')"""
                " WHERE origin = 'manhole-tilt'"
            )
        made.start_ingest(1)
        made.start("worker", (*HENGYANG, "worker"))
        made.start("rules", RULES)
        yield made


@pytest.fixture(scope="module")
def fleet(rules_site: Site) -> Iterator[Loaded]:
    groups = (Group("generic-manhole", SENSORS, 0.25),)
    scenario = Scenario("rules", "规则试验", "Rules", "ru", 11, groups)
    with Loaded(rules_site, scenario) as loaded:
        tilt = Fault(
            name="excess", quantity="manhole_tilt", value=40.0, every_seconds=3.0, seconds=2.0
        )
        loaded.fleet.inject(tilt)
        until(lambda: alarms(rules_site) >= SENSORS / 2, "the first alarms are raised")
        yield loaded


def alarms(site: Site) -> int:
    return int(site.figure("SELECT count(*) FROM alarms"))


def rows(site: Site, query: str) -> list[tuple[int, int, int]]:
    with site.connect() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def judged(site: Site) -> bool:
    return bool(
        site.figure("SELECT w.commit_no = m.commit_no FROM rule_watch w, commit_watermark m")
    )


def settle(loaded: Loaded) -> None:
    """Everything made is stored and judged."""
    loaded.settle()
    until(lambda: judged(loaded.site), "all that is stored is judged")


def check(loaded: Loaded) -> None:
    """No alarm is lost and none is told twice.

    What began and ended within one turn is one raise and one clear, however often: a time line may
    have fewer of them, never more, and it ends as the facts do.
    """
    site = loaded.site
    passed, told = rows(site, CROSSINGS), rows(site, TOLD)
    assert [row[0] for row in passed] == [row[0] for row in told]
    assert len(passed) == SENSORS
    for (device, began, ended), (_, raises, clears) in zip(passed, told, strict=True):
        assert min(began, 1) <= raises <= began, device
        assert clears <= ended, device
        assert raises - clears == began - ended, device
    doubled = "SELECT count(*) FROM (SELECT key FROM alarms WHERE state <> 'closed'"
    assert site.figure(f"{doubled} GROUP BY key HAVING count(*) > 1) AS twice") == 0
    told_once = (
        "SELECT count(*) FROM (SELECT alarm, act, detail ->> 'fact_time' FROM alarm_acts"
        " WHERE act IN ('raise', 'clear') GROUP BY 1, 2, 3 HAVING count(*) > 1) AS twice"
    )
    assert site.figure(told_once) == 0


def test_no_alarm_is_lost_or_double_when_the_watch_is_killed(fleet: Loaded) -> None:
    site = fleet.site
    for _ in range(BLOWS):
        before = site.figure("SELECT count(*) FROM alarm_acts")
        until(
            lambda before=before: site.figure("SELECT count(*) FROM alarm_acts") > before + 20,  # type: ignore[misc]  # a default binds it
            "alarms come and go",
        )
        time.sleep(chance.uniform(0.0, 0.2))  # no verdict: only where the blow falls
        site.kill("rules")
        site.start("rules", RULES)
    settle(fleet)
    check(fleet)
    fleet.fleet.resume()


def test_another_watch_takes_over_when_one_is_killed(fleet: Loaded) -> None:
    site = fleet.site
    site.start("rules-2", RULES)
    standing_by = "SELECT count(*) FROM processes WHERE kind = 'rules' AND state = 'running'"
    until(lambda: site.figure(standing_by) >= 2, "another one stands by")
    site.kill("rules")
    settle(fleet)
    check(fleet)
    site.start("rules", RULES)
    site.stop("rules-2")
    fleet.fleet.resume()


def test_no_alarm_is_lost_or_double_when_redis_is_killed(fleet: Loaded) -> None:
    site = fleet.site
    before = site.figure("SELECT count(*) FROM alarm_acts")
    site.stack.kill("redis")
    until(
        lambda: site.figure("SELECT count(*) FROM alarm_acts") > before + 40,
        "alarms come and go without the bus",
    )
    site.stack.start("redis")
    settle(fleet)
    check(fleet)
    unsent = "SELECT count(*) FROM outbox WHERE stream = 'alarms' AND position IS NULL"
    until(lambda: site.figure(unsent) == 0, "every event of an alarm has its position")
    fleet.fleet.resume()
