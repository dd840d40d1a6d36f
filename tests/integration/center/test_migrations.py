"""Migrations bring any database to the newest schema, once."""

import sqlalchemy as sa
import psycopg
import pytest
from server.migrations.runner import missing
from center.database import engine


def test_a_migrated_database_misses_nothing(database):
    with engine().connect() as connection:
        assert missing(connection) == []


def test_b(session, owner):
    assert session.scalar(sa.text("select current_user")) == "hengyang_api"
