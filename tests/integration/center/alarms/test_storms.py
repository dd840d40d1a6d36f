"""Storms: ten thousand facts at once are few groups, from however many connections."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.integration.center.alarms.troubles import ALARMS, alarms, at, tell, trouble
from tests.integration.http import Api

COUNT = 10_000
DISTRICTS = ("430405", "430406", "430407", "430408", "430412")


def storm(count: int = COUNT) -> list:
    """One cloudburst over five districts, each a storm of its own, within four minutes."""
    made = []
    for n in range(count):
        district = DISTRICTS[n % len(DISTRICTS)]
        made.append(
            trouble(f"rule:12:device:{n}", n % 240 / 60, division_code=district,
                    device=n, device_id=f"WL-{n}", storm=f"rule:12:{district}")
        )  # fmt: skip
    return made


def figures(session: Session) -> tuple[int, int, int, int]:
    """Alarms, groups, alarms as the groups count them, events."""
    return tuple(
        session.scalar(sa.text(statement))
        for statement in (
            "SELECT count(*) FROM alarms", "SELECT count(*) FROM alarm_groups",
            "SELECT sum(count) FROM alarm_groups",
            "SELECT count(*) FROM outbox WHERE stream = 'alarms'",
        )
    )  # type: ignore[return-value]  # fmt: skip


def test_ten_thousand_facts_of_one_storm_are_few_groups(session: Session) -> None:
    found = tell(*storm())
    assert found.raised == COUNT
    assert figures(session) == (COUNT, len(DISTRICTS), COUNT, COUNT)
    again = tell(*storm())
    assert (again.raised, again.known) == (0, COUNT)
    assert figures(session) == (COUNT, len(DISTRICTS), COUNT, COUNT)


def test_two_who_report_one_storm_in_orders_of_their_own_make_it_once(session: Session) -> None:
    """Each hears all of it in ten reports: no deadlock, nothing twice, nothing lost."""
    everything = storm(2000)
    orders = [random.sample(everything, len(everything)) for _ in range(2)]

    def report_all(order: list) -> int:
        size = len(order) // 10
        return sum(tell(*order[k * size : (k + 1) * size]).raised for k in range(10))

    with ThreadPoolExecutor(2) as pool:
        raised = list(pool.map(report_all, orders))
    assert sum(raised) == len(everything)
    assert figures(session) == (2000, len(DISTRICTS), 2000, 2000)


def test_ten_reports_from_two_connections_share_the_groups(session: Session) -> None:
    everything = storm()
    parts = [everything[k::10] for k in range(10)]
    with ThreadPoolExecutor(2) as pool:
        raised = sum(pool.map(lambda part: tell(*part).raised, parts))
    assert raised == COUNT
    assert figures(session) == (COUNT, len(DISTRICTS), COUNT, COUNT)


@pytest.mark.usefixtures("database")
def test_a_storm_that_comes_again_much_later_is_another_group() -> None:
    tell(trouble("a", 0, storm="s"))
    tell(trouble("b", 4, storm="s"), trouble("late", -40, storm="s"))
    tell(trouble("c", 30, storm="s"), trouble("lone", 30))
    groups = [alarm.group for alarm in alarms()]
    assert [group and group.count for group in groups] == [3, 3, 3, 1, None]
    assert groups[0].id != groups[3].id


def test_a_group_tells_each_district_of_its_own_alarms(client: Api) -> None:
    tell(*(replace(t, storm="rule:12") for t in storm(10)),
         trouble("red", 1, severity="red", division_code="430405", storm="rule:12"))  # fmt: skip
    path = "/api/v1/alarm-groups"
    (whole,) = client.as_role("operator").get(path).json()["items"]
    assert (whole["count"], whole["open"], whole["severity"]) == (11, 11, "red")
    local = client.as_role("operator", divisions=["430406"])
    (part,) = local.get(path).json()["items"]
    assert (part["count"], part["unacknowledged"], part["severity"]) == (2, 2, "orange")
    assert client.as_role("operator", divisions=["430421"]).get(path).json()["items"] == []
    members = local.get(ALARMS, params={"group": part["id"]}).json()["items"]
    assert {item["division_code"] for item in members} == {"430406"}
    done = local.post(f"{ALARMS}/acknowledgements", json={"group": part["id"]}).json()
    assert len(done["acknowledged"]) == 2
    (whole,) = client.as_role("operator").get(path).json()["items"]
    assert (whole["open"], whole["unacknowledged"]) == (11, 9)
    assert at(0) == min(alarm.fact_time for alarm in alarms())
