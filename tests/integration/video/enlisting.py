"""Cameras in the register, for tests."""

from typing import Any

import psycopg

from tests.integration.http import Api


def enlist(owner: psycopg.Connection[Any], *device_ids: str, division: str = "430408") -> None:
    """Cameras of these ids in a division, of which nothing is set."""
    with owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO devices (device_id, kind, model, name, division_code, place,"
            " expected_interval_seconds) SELECT %s, kind, id, %s, %s,"
            " ST_SetSRID(ST_MakePoint(112.6, 26.9), 4326), NULL"
            " FROM device_models WHERE name = 'generic-camera'",
            [(device_id, f"测试 {device_id}", division) for device_id in device_ids],
        )


def put(client: Api, device_id: str, version: int = 0, **body: Any) -> Any:
    """The answer to setting a camera."""
    headers = {"If-Match": f'"{version}"'}
    return client.put(f"/api/v1/cameras/{device_id}", json=body, headers=headers)
