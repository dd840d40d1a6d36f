"""The job queue: its figure, and what dead workers have left in it."""

from typing import Any

import psycopg

from center.database import sql, transaction
from center.logs import logger
from center.processes.figures import QueueFigure

log = logger(__name__)


def figure(connection: psycopg.Connection[Any]) -> QueueFigure:
    """Jobs that are due and wait for a worker. Bounded: one of each periodic job may wait."""
    row = connection.execute(sql("server", "jobs_due")).fetchone()
    length, oldest = row or (0, 0.0)
    return QueueFigure("jobs", int(length), None, float(oldest))


def tidy() -> None:
    """Ends the jobs of workers that died, and forgets failed ones after a month.

    A periodic job comes again by itself; any other is put back into the queue.
    """
    with transaction() as session:
        rows = session.connection().exec_driver_sql(sql("server", "jobs_orphaned")).all()
        session.connection().exec_driver_sql(sql("server", "jobs_forget"))
    for row in rows:
        log.warning("job_orphaned", job=row.id, task=row.task_name, again=row.again)
