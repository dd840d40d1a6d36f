"""Migrations bring any database to the newest schema, once."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.migrations.runner import migrate, newest
from tests.integration.databases import Database


def test_a_migrated_database_is_at_the_newest_schema(session: Session) -> None:
    assert session.scalar(sa.text("SELECT version_num FROM alembic_version")) == newest()


def test_migrating_again_does_nothing(database: Database) -> None:
    assert migrate(database.owner, print) == []
