"""The roller: closes hours, then rolls marked hours and finished days, a slice a transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.clock import now
from center.database import sql, transaction
from ingest.series.watermark import ROLLUP_LOCK

ROLLER_LOCK = 0x6879_726F_6C6C_6572  # "hyroller": one roller at a time
HOUR = timedelta(hours=1)
# A message is rarely longer under way; one that is marks its hour again, which costs little.
CLOSE_AFTER = timedelta(minutes=2)
SLICE = 1000  # pairs of device and hour, or of device and day, in one transaction
BUDGET = timedelta(seconds=45)  # of one run; what is left waits for the next minute

EDGE = sa.text("SELECT rolled_upto FROM rollup_progress")
Transactions = Callable[[], AbstractContextManager[Session]]


@dataclass
class Rolled:
    """What one run did."""

    hours_closed: int = 0
    hours: int = 0
    days: int = 0
    finished: bool = True


def next_edge(edge: datetime, first_chunk: datetime | None, moment: datetime) -> datetime | None:
    """Where the edge goes from here, or None while the hour is not over for long enough.

    Past spans without any chunk are skipped at once; else it goes hour by hour.
    """
    closed = (moment - CLOSE_AFTER).replace(minute=0, second=0, microsecond=0)
    if edge >= closed:
        return None
    if first_chunk is None:
        return closed
    return min(closed, first_chunk) if first_chunk > edge else edge + HOUR


def roll(
    moment: datetime | None = None,
    *,
    transactions: Transactions = transaction,
    budget: timedelta = BUDGET,
    stopped: Callable[[], bool] = lambda: False,
) -> Rolled:
    """Brings the rollups up to `moment` until `budget` is spent or `stopped`; safe at any time.

    One hour is closed and rolled before the next, so that readers find few hours to count
    themselves even while months are caught up.
    """
    done, moment, deadline = Rolled(), moment or now(), now() + budget
    while now() < deadline and not stopped():
        step = _step(transactions, done, moment)
        if step is None:
            return done
        if not step:
            break
    done.finished = False
    return done


def _step(transactions: Transactions, done: Rolled, moment: datetime) -> bool | None:
    """One transaction: a slice of hours, else of days, else the next hour closed.

    None: nothing is left to do. False: another roller is at work.
    """
    with transactions() as session:
        if not session.scalar(sa.text("SELECT pg_try_advisory_xact_lock(:l)"), {"l": ROLLER_LOCK}):
            return False
        if count := roll_hours(session):
            done.hours += count
        elif count := roll_days(session):
            done.days += count
        elif close_hour(session, moment):
            done.hours_closed += 1
        else:
            return None
    return True


def close_hour(session: Session, moment: datetime) -> bool:
    """Moves the edge by one hour and marks the hour it passes; False where none is over."""
    # Cheap look first: the exclusive lock makes every writer wait for a moment.
    if _next(session, moment) is None:
        return False
    session.execute(sa.text("SET LOCAL lock_timeout = '10s'"))
    session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ROLLUP_LOCK})
    step = _next(session, moment)
    if step is None:
        return False
    edge, target = step
    if target == edge + HOUR:
        _run(session, "mark_hour", hour=edge)
    session.execute(sa.text("UPDATE rollup_progress SET rolled_upto = :edge"), {"edge": target})
    return True


def _next(session: Session, moment: datetime) -> tuple[datetime, datetime] | None:
    edge: datetime = session.execute(EDGE).scalar_one()
    first_chunk = _run(session, "first_chunk", edge=edge).scalar_one()
    target = next_edge(edge, first_chunk, moment)
    return None if target is None else (edge, target)


def roll_hours(session: Session, limit: int = SLICE) -> int:
    """Rolls one slice of marked hours; returns how many pairs of device and hour those were."""
    marks = _run(session, "take_marks", limit=limit).all()
    if not marks:
        return 0
    hours = {"devices": [mark.device for mark in marks], "buckets": [mark.bucket for mark in marks]}
    span = {"low": min(hours["buckets"]), "high": max(hours["buckets"]) + HOUR}
    _run(session, "roll_hours", **hours, **span)
    _run(session, "mark_days", **hours)
    return len(marks)


def roll_days(session: Session, limit: int = SLICE) -> int:
    """Rolls one slice of marked days that are over; returns how many pairs those were."""
    return int(_run(session, "roll_days", limit=limit).scalar_one())


def _run(session: Session, name: str, **values: Any) -> sa.CursorResult[Any]:
    return session.connection().exec_driver_sql(sql("ingest.series", name), values)
