"""Putting a map into the database of a test."""

import pytest

from center.database import transaction
from center.settings import settings
from gis.seed import seed


def put_in(size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds the map as a start with this setting would."""
    monkeypatch.setenv("HENGYANG_CITY", size)
    settings.cache_clear()
    with transaction() as session:
        seed(session)
