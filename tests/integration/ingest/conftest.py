"""One sensor and the pen that writes its messages, for the tests of the ledger."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.integration.databases import Database
from tests.integration.ingest.writing import Pen, enrol, pen


@pytest.fixture
def device(owner: psycopg.Connection) -> int:
    """The number of sensor D-1."""
    return enrol(owner, "D-1")


@pytest.fixture
def writer(database: Database, device: int) -> Iterator[Pen]:
    """Writes as the first gateway would; D-1 is known."""
    with pen(database.ingest) as made:
        yield made
