"""Looking after the outbox: what was sent long ago goes."""

from sqlalchemy.orm import Session

from center.database import sql

SLICE = 5000


def clean(session: Session, days: int) -> int:
    """Removes one slice of events sent more than `days` ago; returns how many."""
    statement = sql("center.outbox", "clean")
    result = session.connection().exec_driver_sql(statement, {"days": days, "limit": SLICE})
    return int(result.scalar_one())
