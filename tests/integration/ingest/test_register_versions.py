"""Whoever changes a device says which version of it was read."""

from datetime import timedelta

from center.clock import now

PATH = "/api/v1/devices"
LAMP = {"device_id": "LP-0001", "name": "灯杆", "model": "generic-lamp", "division": "430408"}


def test_maintenance_and_retirement_need_the_version_that_was_read(client):
    until = (now() + timedelta(hours=2)).isoformat()
    acts = (
        ("PUT", "maintenance", {"reason": "清淤", "until": until}),
        ("DELETE", "maintenance", None),
        ("POST", "retirement", {"reason": "拆除"}),
        ("DELETE", "retirement", None),
    )
    keeper = client.as_role("device_admin")
    tag = keeper.post(PATH, json=LAMP).headers["ETag"]
    for method, act, body in acts:
        path, stale = f"{PATH}/LP-0001/{act}", {"If-Match": '"99"'}
        assert keeper.request(method, path, json=body).status_code == 428, path
        assert keeper.request(method, path, json=body, headers=stale).status_code == 412, path
        done = keeper.request(method, path, json=body, headers={"If-Match": tag})
        assert done.status_code == 200, done.text
        tag = done.headers["ETag"]
