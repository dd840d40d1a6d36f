"""Trying a stream before it is set: by whom, to where, and what is said of what is wrong."""

import pytest

from tests.integration.patience import wait_for
from tests.integration.video.clips import clip
from tests.integration.video.enlisting import put
from tests.integration.video.working import worker


def attempt(client, device_id: str = "CAM-1", **body):
    return client.post(f"/api/v1/cameras/{device_id}/trials", json=body)


@pytest.fixture
def admin(cameras, client):
    return client.as_role("device_admin", "operator")


@pytest.fixture
def watched(admin, database):
    """A worker that has beaten its heart."""
    with worker():
        wait_for(lambda: attempt(admin, address="rtsp://127.0.0.1:1/x").status_code == 200)
        yield


def test_who_may_not_set_cameras_tries_none(client, admin, server):
    body = {"address": server.address("a")}
    assert attempt(client.as_role("operator"), **body).status_code == 403
    elsewhere = client.as_role("device_admin", divisions=["430405"])
    assert attempt(elsewhere, **body).status_code == 404


def test_what_is_no_address_of_a_camera_is_never_asked(admin):
    for address, code in (
        ("http://127.0.0.1/x", "address_wrong"),
        ("rtsp://8.8.8.8/x", "address_forbidden"),
        ("rtsp://user:word@127.0.0.1/x", "address_wrong"),
    ):
        answer = attempt(admin, address=address)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_without_a_worker_nobody_can_try(admin, server):
    answer = attempt(admin, address=server.address("a"))
    assert (answer.status_code, answer.json()["code"]) == (503, "no_worker")


def test_what_is_wrong_is_said_plainly(admin, server, watched, owner):
    server.mount("good")
    server.mount("hevc", clip=clip("hevc", 320, 240))
    server.mount("locked", password="secret")
    server.mount("mute", mode="mute", deaf=True)
    server.mount("silent", mode="silent")
    server.mount("elsewhere", mode="elsewhere")

    def found(name: str, **login: str):
        return attempt(admin, address=server.address(name), **login).json()

    good = found("good")
    assert (good["state"], good["width"], good["codec"], good["playable"]) == (
        "online", 320, "h264", True,
    )  # fmt: skip
    assert (found("hevc")["state"], found("hevc")["playable"]) == ("online", False)
    assert found("locked", user="admin", password="wrong")["state"] == "wrong_password"
    assert found("locked", user="admin", password="secret")["state"] == "online"
    states = {name: found(name)["state"] for name in ("none", "mute", "silent", "elsewhere")}
    assert states == {
        "none": "not_found",
        "mute": "no_answer",
        "silent": "stale",
        "elsewhere": "address_forbidden",
    }
    assert attempt(admin, address="rtsp://127.0.0.1:1/x").json()["state"] == "refused"
    told = owner.execute(
        "SELECT detail->>'state' FROM audit_log WHERE action = 'camera.try'"
    ).fetchall()
    assert ("wrong_password",) in told
    assert "secret" not in str(owner.execute("SELECT detail FROM audit_log").fetchall())


def test_the_kept_password_is_tried_at_its_own_host_alone(admin, server, watched):
    server.mount("locked", password="secret")
    stream = {"address": server.address("locked"), "user": "admin"}
    put(admin, "CAM-1", main=stream | {"password": "secret"})
    assert attempt(admin, **stream).json()["state"] == "online"
    other = stream | {"address": "rtsp://127.0.0.1:1/locked"}
    assert attempt(admin, **other).json()["code"] == "password_needed"
    assert attempt(admin, **stream, stream="sub").json()["code"] == "password_needed"
