"""A CSV file sets many cameras, with a report on every row, and shows no password."""

import pytest

from tests.integration.video.enlisting import enlist, put

PATH = "/api/v1/cameras/enrolments"
HEAD = "设备编号,主码流地址,主码流用户名,主码流口令,朝向,视场角,抓拍间隔,备注\n"
GOOD = "CAM-1,rtsp://10.1.1.1/main,admin,Geheim-1,90,60,0,\n"


@pytest.fixture
def admin(client, owner):
    enlist(owner, "CAM-1", "CAM-2", "CAM-3")
    enlist(owner, "CAM-9", division="430405")
    owner.execute(
        "INSERT INTO devices (device_id, kind, model, name, division_code) SELECT 'L-1', kind, id,"
        " 'L-1', '430408' FROM device_models WHERE name = 'generic-lamp'"
    )
    return client.as_role("device_admin", divisions=["430408"])


def send(client, text: str, **options):
    content = text.encode("gb18030")
    return client.post(PATH, files={"file": ("摄像机.csv", content)}, params=options)


def camera(client, device_id: str):
    return client.get(f"/api/v1/cameras/{device_id}").json()


def test_who_may_not_set_cameras_sends_no_file(client, admin):
    assert send(client.as_role("operator"), HEAD + GOOD).status_code == 403
    assert client.as_role("operator").get(f"{PATH}/template").status_code == 403


def test_a_file_without_ids_is_refused_as_a_whole(admin):
    answer = send(admin, "朝向\n90\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "headings_wrong")


def test_every_row_that_is_wrong_says_why_and_changes_nothing(admin, owner):
    rows = (
        "CAM-9,,,,90,,,\n"  # in another division
        "L-1,,,,90,,,\n"
        "CAM-2,http://10.1.1.2/,,,,,,\n"
        "CAM-2,,,,,,,\n"
        "CAM-3,rtsp://8.8.8.8/x,,,,,,\n"
        ",,,,90,,,\n"
    )
    found = send(admin, HEAD + GOOD + rows, all_or_nothing=True).json()
    assert (found["applied"], found["rows"], found["encoding"]) == (False, 7, "gb18030")
    assert [(p["row"], p["field"], p["code"]) for p in found["problems"]] == [
        (3, "device_id", "unknown_device"),
        (4, "device_id", "not_a_camera"),
        (5, "device_id", "twice"),
        (6, "device_id", "twice"),
        (7, "main_address", "address_forbidden"),
        (8, "device_id", "required"),
    ]
    assert owner.execute("SELECT count(*) FROM cameras").fetchone() == (0,)


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ("CAM-1,http://10.1.1.1/,,,,,,", "main_address", "address_wrong"),
        ("CAM-1,,admin,x,,,,", "main_address", "address_missing"),
        ("CAM-1,rtsp://10.1.1.1/x,admin,,,,,", "main_password", "password_needed"),
        (f"CAM-1,rtsp://10.1.1.1/x,admin,{'x' * 201},,,,", "main_password", "invalid"),
        ("CAM-1,,,,360,,,", "heading_deg", "invalid"),
        ("CAM-1,,,,east,,,", "heading_deg", "invalid"),
        ("CAM-1,,,,,,,remark", "", "nothing"),
    ],
)
def test_what_is_wrong_with_a_cell_is_named(admin, cells, field, code):
    (problem,) = send(admin, f"{HEAD}{cells}\n").json()["problems"]
    assert (problem["field"], problem["code"]) == (field, code)
    assert "xxx" not in problem["value"]
    assert problem["message_zh"]


def test_a_dry_run_changes_nothing(admin, owner):
    found = send(admin, HEAD + GOOD, dry_run=True).json()
    assert (found["applied"], [row["device_id"] for row in found["accepted"]]) == (False, ["CAM-1"])
    assert owner.execute("SELECT count(*) FROM cameras").fetchone() == (0,)


def test_good_rows_are_set_and_empty_cells_leave_what_is_there(admin, owner):
    put(admin, "CAM-2", main={"address": "rtsp://10.1.1.2/a"}, heading_deg=10, fov_deg=50)
    answer = send(admin, HEAD + GOOD + "CAM-2,,,,200,,,\nCAM-8,,,,1,,,\n")
    found = answer.json()
    assert (found["applied"], found["ignored_columns"]) == (True, ["备注"])
    one, two = camera(admin, "CAM-1"), camera(admin, "CAM-2")
    assert one["main"] == {
        "address": "rtsp://10.1.1.1/main",
        "user": "admin",
        "has_password": True,
    }
    assert (one["heading_deg"], one["fov_deg"], one["snapshot_seconds"]) == (90, 60, 0)
    assert (two["main"]["address"], two["heading_deg"], two["fov_deg"], two["version"]) == (
        "rtsp://10.1.1.2/a", 200, 50, 2,
    )  # fmt: skip
    assert "Geheim" not in answer.text
    assert "Geheim" not in str(owner.execute("SELECT detail FROM audit_log").fetchall())
    told = "SELECT detail->>'accepted' FROM audit_log WHERE action = 'camera.enrol'"
    assert owner.execute(told).fetchall() == [("2",)]


def test_the_template_can_be_sent_back(admin):
    template = admin.get(f"{PATH}/template")
    assert template.content.startswith("\ufeff设备编号,".encode())
    found = admin.post(PATH, files={"file": ("x.csv", template.content + b"CAM-1" + b"," * 12)})
    assert [p["code"] for p in found.json()["problems"]] == ["nothing"]
