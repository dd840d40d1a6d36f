"""Troubles and their ends in the hands of a test, and the alarms they make."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg

from center.alarms import repository
from center.alarms.reporting import Reported
from center.alarms.schemas import AlarmRead
from center.alarms.service import Relief, Trouble, Value, report
from center.clock import now
from center.database import transaction
from tests.integration.http import Api

ALARMS = "/api/v1/alarms"
ANY = {"If-Match": "*"}
START = now().replace(microsecond=0) - timedelta(hours=1)


def at(minutes: float) -> datetime:
    """Minutes after an hour ago."""
    return START + timedelta(minutes=minutes)


def trouble(key: str = "k", minutes: float = 0, **changed: Any) -> Trouble:
    """Water too high at a device of 430405."""
    made = Trouble(
        key=key, source="rule", kind="water_level_high", severity="orange",
        title_zh="蒸水河水位超过警戒", title_en="Water level above warning", division_code="430405",
        device=None, device_id="WL-0001", device_name="西渡桥水位站", lon=112.6072, lat=26.8967,
        fact_time=at(minutes), values=(Value("water_level", 5.2, "m", 5.0),),
        rule=(12, 3, "河道水位"),
    )  # fmt: skip
    return replace(made, **changed)


def relief(key: str = "k", minutes: float = 0, **changed: Any) -> Relief:
    """Its end."""
    return replace(Relief(key, at(minutes)), **changed)


def tell(*signals: Trouble | Relief, moment: datetime | None = None) -> Reported:
    """One report, committed."""
    with transaction() as session:
        return report(session, signals, moment)


def alarms() -> list[AlarmRead]:
    """All there are, by number."""
    with transaction() as session:
        ids = [row[0] for row in session.connection().exec_driver_sql("SELECT id FROM alarms")]
        return repository.read(session, ids)


def only() -> AlarmRead:
    """The one there is."""
    (alarm,) = alarms()
    return alarm


def one(**changed: Any) -> int:
    """A new alarm; its number."""
    return next(iter(tell(trouble(**changed)).ids.values()))


def history(client: Api, alarm: int) -> list[tuple[str, str, str]]:
    """(act, state after it, actor) of its time line."""
    items = client.get(f"{ALARMS}/{alarm}/history").json()["items"]
    return [(item["act"], item["state"], item["actor"]) for item in items]


def told(owner: psycopg.Connection) -> list[tuple[int, str, str]]:
    """(alarm, what, state) of every event of alarms, in the order in which they were made."""
    return owner.execute(
        "SELECT (payload->>'alarm')::int, payload->>'what', payload->>'state' FROM outbox"
        " WHERE stream = 'alarms' ORDER BY id"
    ).fetchall()


def grow_old(owner: psycopg.Connection, alarm: int, age: timedelta) -> None:
    """As if it had waited so long by now."""
    owner.execute("UPDATE alarms SET waits_since = now() - %s WHERE id = %s", [age, alarm])
