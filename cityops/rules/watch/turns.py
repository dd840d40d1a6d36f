"""One turn of the watch: what was committed since the last is judged, told and kept at once."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.service import report
from center.clock import now
from center.database import sql, transaction
from center.logs import logger
from cityops.rules.evaluation import unix_us
from cityops.rules.watch.memory import Memory, Row, Seen
from ingest.blindness import SEEING_SINCE, TOLERANCE

log = logger(__name__)

MOST_BATCHES = 16  # of one turn: ten thousands of messages at most, a second's work
STANDING_SECONDS = 1.0  # how often liveness and gaps are looked at
# A gateway may hold a batch for as long as it cannot commit; none does so for days.
HORIZON = timedelta(days=2)
STANDINGS = {
    ("liveness", "late"): "SELECT device, since FROM device_status"
    " WHERE state IN ('late', 'offline')",
    ("liveness", "offline"): "SELECT device, since FROM device_status WHERE state = 'offline'",
    ("gap", "open"): "SELECT device, min(opened_at) FROM gaps WHERE state = 'open' GROUP BY device",
    ("gap", "lost"): "SELECT device, min(closed_at) FROM gaps WHERE state = 'lost'"
    " AND closed_at > now() - interval '1 hour' GROUP BY device",
}


class Turns:
    """Goes on where the last one ended, whoever took it; one process at a time takes one."""

    def __init__(self, catch_up: timedelta) -> None:
        self._catch_up = catch_up
        self._memory: Memory | None = None
        self._commit_no = -1
        self._look_at = 0.0  # monotonic; when standing conditions are due
        self.behind = 0
        self.detail: dict[str, int] = {}  # figures of the heartbeat

    def take(self) -> bool:
        """Judges what is there; whether more waits.

        Raises:
            sqlalchemy.exc.DBAPIError: nothing of the turn is kept; take it again.
        """
        memory, self._memory = self._memory, None  # what fails leaves it as nobody knows how
        with transaction() as session:
            heads = _one(session, "heads")
            looks = time.monotonic() >= self._look_at
            if not looks and memory is not None and self._knows(memory, heads):
                self._memory = memory
                return False
            memory, upto = self._judge(session, memory, heads, looks=looks)
        self._memory, self._commit_no = memory, upto
        self.behind = max(0, heads.head - upto)
        self.detail = self._sizes(memory)
        if looks:
            self._look_at = time.monotonic() + STANDING_SECONDS
        return self.behind > 0

    def _knows(self, memory: Memory, heads: Any) -> bool:
        plan = memory.plan
        return (heads.revision, heads.register, heads.commit_no, heads.head) == (
            plan.revision,
            plan.register,
            self._commit_no,
            self._commit_no,
        )

    def _judge(
        self, session: Session, memory: Memory | None, heads: Any, *, looks: bool
    ) -> tuple[Memory, int]:
        moment = now()
        begun = _one(session, "begin_turn")
        seen = Seen(begun.revision, heads.register, begun.commit_no, begun.watched_at - HORIZON)
        if memory is None or begun.commit_no != self._commit_no:
            seen = self._skip(session, seen, moment)
            memory = Memory.load(session, seen, unix_us(moment))
            log.info("rules_loaded", commit_no=seen.commit_no, **self._sizes(memory))
        else:
            memory.refresh(session, seen, unix_us(moment))
        upto = _judge_facts(session, memory, seen)
        if looks:
            _judge_standing(session, memory, unix_us(moment))
        signals = memory.take_signals()
        if signals:
            report(session, signals)
        memory.keep(session)
        if upto != begun.commit_no:
            session.connection().exec_driver_sql(_sql("end_turn"), {"commit_no": upto})
        return memory, upto

    def _skip(self, session: Session, seen: Seen, moment: datetime) -> Seen:
        """After a long absence the oldest facts are passed by: what lasts is in newer ones too."""
        values = {"since": moment - self._catch_up, "commit_no": seen.commit_no}
        upto = session.connection().exec_driver_sql(_sql("skip"), values).scalar()
        if upto is None or upto <= seen.commit_no:
            return seen
        log.warning("rules_passed_by", batches=upto - seen.commit_no, commit_no=upto)
        return seen._replace(commit_no=upto)

    def _sizes(self, memory: Memory) -> dict[str, int]:
        return {
            "rules": len(memory.plan.rules),
            "watched": len(memory.plan.thresholds),
            "troubled": len(memory.phases),
        }


def _judge_facts(session: Session, memory: Memory, seen: Seen) -> int:
    batches = session.connection().exec_driver_sql(
        _sql("batches"),
        {"commit_no": seen.commit_no, "horizon": seen.horizon, "limit": MOST_BATCHES},
    ).all()  # fmt: skip
    if not batches:
        return seen.commit_no
    held = [batch for batch in batches if batch.min_time is not None]
    if held and memory.plan.thresholds:
        memory.judge(_rows(session, held))
    return int(batches[-1].commit_no)


def _rows(session: Session, batches: Sequence[Any]) -> Iterable[Row]:
    values = {
        "batches": [batch.id for batch in batches],
        "first": min(batch.min_time for batch in batches),
        "last": max(batch.max_time for batch in batches),
    }
    return session.connection().exec_driver_sql(_sql("facts"), values).all()


def _judge_standing(session: Session, memory: Memory, now_us: int) -> None:
    began: dict[tuple[str, str], dict[int, int]] = {}
    connection = session.connection()
    seeing = connection.exec_driver_sql(SEEING_SINCE, {"tolerance": TOLERANCE}).scalar()
    seeing_us = unix_us(seeing) if seeing else 0
    for rule in memory.plan.standings:
        if rule.asks not in began:
            rows = session.execute(sa.text(STANDINGS[rule.asks]))
            began[rule.asks] = {device: unix_us(since) for device, since in rows}
        silence = rule.asks[0] == "liveness"
        memory.judge_standing(rule, began[rule.asks], now_us, seeing_us if silence else 0)


def _one(session: Session, name: str) -> Any:
    return session.connection().exec_driver_sql(_sql(name)).one()


def _sql(name: str) -> str:
    return sql("cityops.rules", name)
