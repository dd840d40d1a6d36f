"""Bringing a database to the newest schema: once, in order, whoever else tries at the same time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from center.database import create_engine

LOCK = 0x6879_6D69_6772_61  # "hymigra": one migration at a time on one database


def migrate(url: object, say: Callable[[str], None], target: str = "head") -> list[str]:
    """Run what is missing up to `target` as the owner of the database; gives the steps run.

    Each step is a transaction of its own, so a failed one leaves the database at the step before.
    """
    with _locked(url, say) as connection:
        steps = missing(connection, target)
        for position, revision in enumerate(steps, 1):
            # Alembic commits only what it has begun: leave it no open transaction.
            connection.rollback()
            say(f"{position}/{len(steps)} {revision}")
            command.upgrade(_config(connection), revision)
        return steps


def missing(connection: sa.Connection, target: str = "head") -> list[str]:
    """The migrations that this program knows and the database has not, oldest first."""
    scripts = ScriptDirectory.from_config(_config(connection))
    current = MigrationContext.configure(connection).get_current_revision()
    steps = list(scripts.iterate_revisions(target, current or "base"))
    return [step.revision for step in reversed(steps) if step.revision != current]


@contextmanager
def _locked(url: object, say: Callable[[str], None]) -> Iterator[sa.Connection]:
    """The lock belongs to a connection of its own: it outlives the steps' transactions."""
    engine = create_engine(url, "hengyang-migrate", poolclass=sa.NullPool)
    with engine.connect() as holder, engine.connect() as connection:
        holder.execution_options(isolation_level="AUTOCOMMIT")
        if not holder.scalar(sa.text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            say("another process migrates this database: waiting for it")
            holder.execute(sa.text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        yield connection
    engine.dispose()


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
