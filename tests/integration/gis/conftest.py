"""A database with a small generated city on its map."""

import pytest

from tests.integration.databases import Database
from tests.integration.gis.maps import put_in


@pytest.fixture
def small(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The test's database with some streets of one district and 2,000 components."""
    put_in("small", monkeypatch)
    return database
