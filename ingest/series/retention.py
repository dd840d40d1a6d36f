"""How long facts are kept, and what a server with the community licence does on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.clock import now
from center.settings import IngestSettings

RAW = ("readings", "positions", "passes", "violations", "events", "batches")
COMPRESSED = ("readings", "positions", "passes", "violations", "events")
COMPRESS_AFTER = timedelta(days=8)  # when nothing late is accepted any more
# What is not in the rollups yet stays, however old; least() passes over NULL.
_ROLLED = sa.text("""
    SELECT least(rolled_upto, (SELECT min(bucket) FROM rollup_dirty)) FROM rollup_progress""")
_RETIRE = sa.text("SELECT * FROM retire_chunks(:hypertable, :older_than)")
_COLUMNSTORE = sa.text("SELECT enable_columnstore(:hypertable, :after)")


@dataclass(frozen=True, slots=True)
class Retention:
    """One row: facts of this hypertable older than so many days go, by whole chunks."""

    hypertable: str
    days: int
    only_rolled: bool = False


def plan(config: IngestSettings) -> tuple[Retention, ...]:
    """What is kept for how long.

    The bounds of the settings keep facts a day longer than late ones are accepted, else one could
    count twice.
    """
    raw = tuple(
        Retention(table, config.raw_retention_days, only_rolled=table == "readings")
        for table in RAW
    )
    return (*raw, Retention("rollups_hour", config.rollup_hour_retention_days))


def retire(session: Session, row: Retention) -> Sequence[str]:
    """Drops the chunks that have grown too old; their names."""
    older_than = now() - timedelta(days=row.days)
    if row.only_rolled:
        older_than = min(older_than, session.execute(_ROLLED).scalar_one())
    values = {"hypertable": row.hypertable, "older_than": older_than}
    return session.execute(_RETIRE, values).scalars().all()


def wants_columnstore(licence: str) -> bool:
    """Whether the server can compress: only under TimescaleDB's community licence."""
    return licence == "timescale"


def compress(session: Session) -> bool:
    """Has the server keep old chunks in columns where its licence allows; whether it does."""
    if not wants_columnstore(str(session.scalar(sa.text("SHOW timescaledb.license")))):
        return False
    for hypertable in COMPRESSED:
        session.execute(_COLUMNSTORE, {"hypertable": hypertable, "after": COMPRESS_AFTER})
    return True
