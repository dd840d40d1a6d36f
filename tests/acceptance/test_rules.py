"""Killed while alarms are raised, the watch loses none and raises none twice; so without Redis."""

import random
import time
from collections.abc import Iterator

import pytest

from server.benches.loaded import Loaded
from server.benches.site import HENGYANG, RULES, Site, until
from simulators.faults import Fault
from simulators.fleet import describe
from simulators.run import Fleet, Options
from simulators.scenario import Group, Scenario, parse
from tests.acceptance.conftest import enlisted, fresh_site

pytestmark = pytest.mark.timeout(1500)  # a system of its own starts within the first test
PATIENCE_SECONDS = 400.0  # a killed watch starts again in a minute where two cores are busy
SENSORS = 40
BLOWS = 3
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


# Covers of a neighbourhood are lifted for half a minute; the others stay as they are.
EVENTS = parse("""
name = "lifted"
title_zh = "移位"
title_en = "Lifted"
prefix = "ev"
seed = 5
weather = "fair"
incidents = false
[[groups]]
model = "generic-manhole"
count = 12
interval_seconds = 1
[[events]]
what = "reading"
title_zh = "井盖移位"
title_en = "Covers are lifted"
after_seconds = 10
seconds = 30
model = "generic-manhole"
count = 4
spread = "neighbourhood"
values = { manhole_tilt = 42 }
""")


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
        until(
            lambda: alarms(rules_site) >= SENSORS / 2,
            "the first alarms are raised",
            PATIENCE_SECONDS,
        )
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
    until(lambda: judged(loaded.site), "all that is stored is judged", PATIENCE_SECONDS)


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
            PATIENCE_SECONDS,
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
    until(lambda: site.figure(standing_by) >= 2, "another one stands by", PATIENCE_SECONDS)
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
        PATIENCE_SECONDS,
    )
    site.stack.start("redis")
    settle(fleet)
    check(fleet)
    unsent = "SELECT count(*) FROM outbox WHERE stream = 'alarms' AND position IS NULL"
    until(lambda: site.figure(unsent) == 0, "every event of an alarm has its position")
    fleet.fleet.resume()


def test_events_of_a_time_line_raise_alarms_of_those_they_strike_and_of_none_else(
    rules_site: Site,
) -> None:
    credentials = enlisted(rules_site, describe(EVENTS))
    fleet = Fleet(EVENTS, rules_site.broker, Options(credentials, rules_site.folder / "events"))

    def of(state: str) -> set[str]:
        query = "SELECT device_id FROM alarms WHERE device_id LIKE 'ev-%'"
        with rules_site.connect() as connection:
            return {row[0] for row in connection.execute(query + state)}

    fleet.start()
    try:
        [struck] = fleet.timeline.whom.values()
        until(lambda: of("") == struck, "their alarms are raised", PATIENCE_SECONDS)
        over = " AND cleared_at IS NOT NULL"
        until(lambda: of(over) == struck, "their alarms are over", PATIENCE_SECONDS)
    finally:
        fleet.stop()
    assert of("") == struck
    assert len(struck) == 4
