"""Setting and reading cameras: who may, what is refused, and that no password comes out."""

import pytest

from tests.integration.video.enlisting import enlist, put

MAIN = "rtsp://10.43.8.17:554/Streaming/Channels/101"
STREAM = {"address": MAIN, "user": "admin", "password": "Geheim-1"}


@pytest.fixture
def admin(client, owner):
    enlist(owner, "CAM-1", "CAM-2")
    return client.as_role("device_admin")


def test_nobody_sets_a_camera_without_the_right(client, admin):
    assert put(client.as_role("operator"), "CAM-1", main=STREAM).status_code == 403
    elsewhere = client.as_role("device_admin", divisions=["430405"])
    assert put(elsewhere, "CAM-1", main=STREAM).status_code == 404
    assert elsewhere.get("/api/v1/cameras").json()["items"] == []


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.1/x",
        "rtsp://",
        "rtsp://user:word@10.0.0.1/x",
        "rtsp://10.0.0.1:99999/x",
        "rtsp://10.0.0.1/a b",
        "rtsp://10.0.0.1/x#y",
        "file:///etc/passwd",
        "rtsp://[::1/x",
    ],
)
def test_what_is_no_address_of_a_stream_is_refused(admin, address):
    answer = put(admin, "CAM-1", main={"address": address})
    assert (answer.status_code, answer.json()["code"]) == (422, "address_wrong")


@pytest.mark.parametrize("host", ["169.254.169.254", "8.8.8.8", "[::1]", "[::ffff:8.8.8.8]"])
def test_a_number_outside_the_networks_of_cameras_is_refused(admin, host):
    answer = put(admin, "CAM-1", main={"address": f"rtsp://{host}/x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "address_forbidden")


def test_a_change_needs_the_version_that_was_read(admin):
    assert put(admin, "CAM-1", main=STREAM).status_code == 200
    assert put(admin, "CAM-1", main=STREAM).status_code == 412
    assert put(admin, "CAM-1", 1, main=STREAM).json()["version"] == 2


def test_only_a_camera_has_streams(admin, owner):
    owner.execute(
        "INSERT INTO devices (device_id, kind, model, name, division_code) SELECT 'L-1', kind, id,"
        " 'L-1', '430408' FROM device_models WHERE name = 'generic-lamp'"
    )
    assert put(admin, "L-1", main=STREAM).json()["code"] == "not_a_camera"


def test_a_password_is_sealed_and_never_shown(admin, owner, client):
    answer = put(admin, "CAM-1", main=STREAM, heading_deg=90, fov_deg=60, range_m=80)
    assert answer.json()["main"] == {"address": MAIN, "user": "admin", "has_password": True}
    assert "Geheim" not in answer.text
    assert "Geheim" not in str(owner.execute("SELECT * FROM cameras").fetchall())
    assert "Geheim" not in str(owner.execute("SELECT * FROM audit_log").fetchall())
    told = "SELECT object_id FROM audit_log WHERE action = 'camera.set'"
    assert owner.execute(told).fetchall() == [("CAM-1",)]
    seen = client.as_role("operator").get("/api/v1/cameras/CAM-1").json()
    assert (seen["main"], seen["heading_deg"], seen["state"]) == (None, 90, "unwatched")


def test_a_password_goes_to_no_other_host(admin):
    put(admin, "CAM-1", main=STREAM)
    moved = {"address": "rtsp://10.9.9.9/x", "user": "admin"}
    assert put(admin, "CAM-1", 1, main=moved).json()["code"] == "password_needed"
    other = {"address": MAIN, "user": "root"}
    assert put(admin, "CAM-1", 1, main=other).json()["code"] == "password_needed"
    other_path = {"address": "rtsp://10.43.8.17/other", "user": "admin"}
    assert put(admin, "CAM-1", 1, main=other_path).json()["main"]["has_password"] is True


def test_cameras_are_listed_counted_and_narrowed(admin):
    put(admin, "CAM-1", main=STREAM)
    listed = admin.get("/api/v1/cameras").json()["items"]
    assert [(c["device_id"], c["state"]) for c in listed] == [
        ("CAM-1", "unwatched"),
        ("CAM-2", "unset"),
    ]
    counted = admin.get("/api/v1/cameras/counts").json()
    assert counted == {"states": {"unwatched": 1, "unset": 1}, "total": 2}

    def ids(**query: object) -> list[str]:
        found = admin.get("/api/v1/cameras", params=query).json()["items"]
        return [camera["device_id"] for camera in found]

    assert ids(state="unset") == ["CAM-2"]
    assert ids(q="cam-1") == ["CAM-1"]
    assert ids(bbox=[112, 26, 113, 27]) == ["CAM-1", "CAM-2"]
    assert ids(bbox=[113, 26, 114, 27]) == []
    assert ids(limit=1) == ["CAM-1"]
