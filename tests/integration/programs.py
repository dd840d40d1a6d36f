"""Pointing the program under test at the servers of a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from center import database as center_database
from center.identity.guard import refusals
from center.plates import reveals
from center.settings import settings
from deploy.stack import LocalStack
from gis.tiles.service import kept
from tests.integration.databases import Database


@contextmanager
def environment(
    monkeypatch: pytest.MonkeyPatch, stack: LocalStack, database: Database, var: Path
) -> Iterator[None]:
    """What is read once per process is forgotten before and after."""
    variables = stack.environment | {
        "HENGYANG_VAR_DIR": str(var),
        "HENGYANG_DATABASE_URL": database.app,
        "HENGYANG_DATABASE_OWNER_URL": database.owner,
        "HENGYANG_DATABASE_INGEST_URL": database.ingest,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    _forget()
    try:
        yield
    finally:
        _forget()


def _forget() -> None:
    center_database.forget_connections()
    settings.cache_clear()
    refusals.cache_clear()
    reveals.cache_clear()
    kept.cache_clear()


@contextmanager
def open_session() -> Iterator[Session]:
    """A session on the program's own engine."""
    with Session(center_database.engine(), expire_on_commit=False) as session:
        yield session
