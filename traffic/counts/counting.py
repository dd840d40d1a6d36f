"""The counter: follows the order of commits and adds each batch's passes once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.clock import now
from center.database import sql, transaction

MOST_BATCHES = 200
MOST_FACTS = (
    100_000  # of all streams in one transaction; the first batch is taken whatever it holds
)
LONGEST_COMMIT = timedelta(days=1)  # no batch waits for its commit so long after it was received
BUDGET = timedelta(seconds=45)  # of one run; what is left waits for the next minute

Transactions = Callable[[], AbstractContextManager[Session]]


@dataclass
class Counted:
    """What one run did."""

    batches: int = 0
    passes: int = 0


def count_up(
    *,
    transactions: Transactions = transaction,
    budget: timedelta = BUDGET,
    stopped: Callable[[], bool] = lambda: False,
    most: int = MOST_BATCHES,
) -> Counted:
    """Counts what has been committed, a slice a transaction; safe at any time and cut off anywhere.

    Returns early where another process counts.
    """
    done, deadline = Counted(), now() + budget
    while now() < deadline and not stopped():
        with transactions() as session:
            taken = _step(session, most)
        if taken is None or taken.batches == 0:
            break
        done.batches += taken.batches
        done.passes += taken.passes
    return done


def _step(session: Session, most: int) -> Counted | None:
    progress = _run(session, "take_progress").one_or_none()
    if progress is None:
        return None
    horizon: datetime = progress.received_upto - LONGEST_COMMIT
    waiting = _run(
        session, "next_batches", commit_no=progress.commit_no, horizon=horizon, limit=most
    ).all()
    batches = _slice(waiting)
    if not batches:
        return Counted()
    with_facts = [batch for batch in batches if batch.min_time is not None]
    moments = [batch.min_time for batch in with_facts], [batch.max_time for batch in with_facts]
    passes = _run(
        session,
        "add",
        batches=[batch.id for batch in with_facts],
        low=min(moments[0], default=horizon),
        high=max(moments[1], default=horizon),
        commit_no=batches[-1].commit_no,
        received_upto=max(batch.received_to for batch in batches),
    ).scalar_one()
    return Counted(len(batches), passes)


def _slice(waiting: Any) -> list[Any]:
    """The first of them that hold no more facts than one transaction shall count."""
    taken: list[Any] = []
    facts = 0
    for batch in waiting:
        facts += batch.stored
        if taken and facts > MOST_FACTS:
            break
        taken.append(batch)
    return taken


def _run(session: Session, name: str, **values: Any) -> sa.CursorResult[Any]:
    return session.connection().exec_driver_sql(sql("traffic.counts", name), values)
