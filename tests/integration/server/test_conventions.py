"""One way everywhere: what is made has an address and a version, and a repeat tells the same."""

import pytest

from tests.integration.http import Api

MAKING = (
    (
        "sysadmin",
        "/api/v1/users",
        {"username": "wang.wei", "display_name": "王伟", "password": "Correct-Horse-9-Battery"},
    ),
    (
        "device_admin",
        "/api/v1/quantities",
        {"key": "ph", "unit": "[pH]", "name_zh": "酸碱度", "name_en": "Acidity"},
    ),
    ("device_admin", "/api/v1/device-models", {"name": "acme-ph", "kind": "sensor"}),
    (
        "device_admin",
        "/api/v1/devices",
        {"device_id": "PH-1", "name": "水质", "model": "generic-lamp", "division": "430405"},
    ),
)


@pytest.mark.parametrize(("role", "path", "body"), MAKING, ids=lambda value: str(value)[-13:])
def test_what_is_made_is_at_its_address(client: Api, role: str, path: str, body: object) -> None:
    maker, headers = client.as_role(role), {"Idempotency-Key": "once"}
    first, again = [maker.post(path, json=body, headers=headers) for _ in "ab"]
    assert (first.status_code, again.status_code) == (201, 201), first.text
    for name in ("Location", "ETag"):
        assert first.headers[name] == again.headers[name]
    found = maker.get(first.headers["Location"])
    assert (found.status_code, found.headers["ETag"]) == (200, first.headers["ETag"])
    assert found.headers["ETag"] == f'"{found.json()["version"]}"'
