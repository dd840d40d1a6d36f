"""What tests of the floor share."""

import psycopg
import pytest

from ingest.devices.credentials import hash_credential
from tests.integration.center.pictures import SECRET


@pytest.fixture
def device(owner: psycopg.Connection) -> int:
    """EP-1 in 430405, which has a credential; its number."""
    row = owner.execute(
        "INSERT INTO devices (device_id, kind, model, name, division_code, credential_hash,"
        " credential_rotated_at) SELECT 'EP-1', kind, id, 'EP-1', '430405', %s, now()"
        " FROM device_models WHERE kind = 'epolice' LIMIT 1 RETURNING id",
        [hash_credential(SECRET)],
    ).fetchone()
    assert row is not None
    return int(row[0])
