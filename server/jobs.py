"""The job queue: what dead workers have left in it."""

from center.database import sql, transaction
from center.logs import logger

log = logger(__name__)


def tidy() -> None:
    """Ends the jobs of workers that died, and forgets failed ones after a month.

    A periodic job comes again by itself; any other is put back into the queue.
    """
    with transaction() as session:
        rows = session.connection().exec_driver_sql(sql("server", "jobs_orphaned")).all()
        session.connection().exec_driver_sql(sql("server", "jobs_forget"))
    for row in rows:
        log.warning("job_orphaned", job=row.id, task=row.task_name, again=row.again)
