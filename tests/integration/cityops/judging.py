"""A watch in the hands of a test: rules by HTTP, facts by the bulk writer, turns one by one."""

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from center.clock import now
from cityops.rules.watch.turns import Turns
from tests.integration.http import Api
from tests.integration.ingest.writing import FULL, Pen, recent

CATCH_UP = timedelta(days=1)
STEPS = [
    {"limit": 2.0, "clear": 1.5, "severity": "yellow"},
    {"limit": 3.0, "clear": 2.5, "severity": "red"},
]


def draft(name: str = "水位", **changed: Any) -> dict[str, Any]:
    """A rule on the water level, any part of it changed."""
    condition = {"source": "threshold", "quantity": "water_level", "steps": STEPS}
    words = {"title_zh": "{name}水位{value}{unit}", "title_en": "Level {value} {unit} at {name}"}
    conditions = changed.pop("condition", {})
    return {"name": name, "condition": condition | conditions, **words, **changed}


def put_in_force(api: Api, **changed: Any) -> dict[str, Any]:
    """A rule made by HTTP, as it was answered."""
    answer = api.post("/api/v1/rules", json=draft(**changed))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


class Alarm(NamedTuple):
    """A row of `alarms`."""

    key: str
    state: str
    severity: str
    title_zh: str
    repeats: int


class Bench:
    """Says what devices measure, and has it judged."""

    def __init__(self, pen: Pen, owner: psycopg.Connection) -> None:
        self.pen, self.owner = pen, owner
        self.turns = Turns(CATCH_UP)
        self._seq = 0
        self._clock = now() - timedelta(minutes=30)

    def say(self, *levels: float | None, device: str = "D-1", step: float = 10.0) -> None:
        """Levels of a device, each a batch of its own, `step` seconds apart; None: not measured."""
        for level in levels:
            self._clock += timedelta(seconds=step)
            self.say_at(self._clock, level, device)

    def say_at(self, moment: datetime, level: float | None, device: str = "D-1") -> None:
        """One level at a moment."""
        readings = FULL | {"water_level": level}
        kept = {name: value for name, value in readings.items() if value is not None}
        self._seq += 1
        self.pen.write(recent(device, time=moment, seq=self._seq, readings=kept))

    def judge(self) -> None:
        """Turns until nothing is left."""
        while self.turns.take():
            pass

    def forget(self) -> None:
        """As after a SIGKILL: another process goes on from what was committed."""
        self.turns = Turns(CATCH_UP)

    @property
    def clock(self) -> datetime:
        """Time of the newest level."""
        return self._clock

    def alarms(self) -> Sequence[Alarm]:
        """All alarms, the oldest first."""
        rows = self.owner.execute(
            "SELECT key, state, severity, title_zh, repeats FROM alarms ORDER BY id"
        )
        return [Alarm(*row) for row in rows]

    def states(self) -> list[str]:
        """The states of all alarms, the oldest first."""
        return [alarm.state for alarm in self.alarms()]

    def acts(self) -> list[str]:
        """The time lines of all alarms."""
        rows = self.owner.execute("SELECT act FROM alarm_acts ORDER BY id")
        return [row[0] for row in rows]

    def troubled(self) -> int:
        """Rows of `rule_states`."""
        return self.one("SELECT count(*) FROM rule_states")

    def judged(self) -> int:
        """The last batch that was judged."""
        return self.one("SELECT commit_no FROM rule_watch")

    def one(self, statement: str) -> Any:
        """The first column of the first row, as the superuser sees it."""
        row = self.owner.execute(statement).fetchone()
        return None if row is None else row[0]

    def all(self, statement: str) -> list[tuple[Any, ...]]:
        """Every row, as the superuser sees it."""
        return self.owner.execute(statement).fetchall()


@contextmanager
def bench(url: str, owner: psycopg.Connection) -> Any:
    """A bench whose writer is closed afterwards."""
    pen = Pen(url)
    try:
        yield Bench(pen, owner)
    finally:
        pen.connection.close()
