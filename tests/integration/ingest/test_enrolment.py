"""A CSV file becomes devices, with a report on every row."""

import csv
import io
import stat

import pytest

from center.errors import HengyangError
from ingest.devices import desk
from ingest.devices.credentials import verify
from ingest.devices.enrolment.service import Options
from ingest.devices.repository import Filters

PATH = "/api/v1/devices/enrolments"
HEAD = "设备编号,名称,型号,区划代码,经度,纬度,摄像机编号\n"
GOOD = "WL-0001,西渡桥水位站,generic-water-level,430408,112.6072,26.8967,\n"
OTHER = "LP-0001,解放路灯杆,generic-lamp,430406,,,\n"


@pytest.fixture
def keeper(client):
    return client.as_role("device_admin")


def enrol(keeper, text, *, key=None, encoding="utf-8", **options):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    headers = {"Idempotency-Key": key} if key else {}
    return keeper.post(PATH, files={"file": ("设备.csv", content)}, params=options, headers=headers)


def ids(owner) -> list[str]:
    return [row[0] for row in owner.execute("SELECT device_id FROM devices ORDER BY 1")]


def test_who_may_not_enrol_is_refused(client):
    assert enrol(client.as_role("analyst"), HEAD + GOOD).status_code == 403
    assert enrol(client, HEAD + GOOD).status_code == 401


def test_the_file_of_a_stranger_is_not_even_taken_in(client):
    taken = []

    def slowly():
        for part in (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n',
            b"x",
        ):
            taken.append(part)
            yield part

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for stranger, status in ((client, 401), (client.as_role("analyst"), 403)):
        answer = stranger.post(PATH, content=slowly(), headers=headers)
        assert (answer.status_code, taken) == (status, [])


def test_a_form_that_is_none_is_refused(keeper):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for content, status in ((b"no form", 400), (b"", 422)):
        answer = keeper.post(PATH, content=content, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (
            status, "application/problem+json",
        )  # fmt: skip


def test_a_file_that_is_no_table_is_refused(keeper):
    for content, code in (
        (b"", "headings_wrong"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xff", "unreadable"),
        (HEAD.replace("型号", "型式").encode(), "headings_wrong"),
        ((HEAD + '"' + "x" * 200_000).encode(), "unreadable"),
    ):
        answer = enrol(keeper, content)
        assert (answer.status_code, answer.json()["code"]) == (422, code), content[:20]
    assert keeper.post(PATH, data={"file": "text"}).status_code == 422


def test_every_row_is_reported_and_the_good_ones_are_devices(keeper, owner):
    text = (
        HEAD + GOOD + OTHER
        + "LP-0001,重复,generic-lamp,430406,,,\n"
        + "LP-0002,外地,generic-lamp,110101,,,\n"
        + "LP-0003,,generic-lamp,4304,,,\n"
        + "\n"
        + "LP-0004,好,generic-lamp,430406,,,\n"
    )  # fmt: skip
    report = enrol(keeper, text).json()
    assert (report["rows"], report["applied"], report["encoding"]) == (6, True, "utf-8")
    assert report["accepted"] == [
        {"row": 2, "device_id": "WL-0001"},
        {"row": 8, "device_id": "LP-0004"},
    ]
    assert [(p["row"], p["field"], p["code"]) for p in report["problems"]] == [
        (3, "device_id", "twice"),
        (4, "device_id", "twice"),
        (5, "division", "outside_divisions"),
        (6, "name", "required"),
    ]
    assert ids(owner) == ["LP-0004", "WL-0001"]


def test_what_is_registered_already_is_reported(keeper, owner):
    camera = "C-1,高点,generic-camera,430406,,," + "4" * 20 + "\n"
    assert enrol(keeper, HEAD + GOOD + camera).json()["applied"]
    again = enrol(keeper, HEAD + GOOD + camera.replace("C-1", "C-2") + OTHER).json()
    assert [(p["row"], p["code"]) for p in again["problems"]] == [
        (2, "exists"),
        (3, "camera_number_taken"),
    ]
    assert ids(owner) == ["C-1", "LP-0001", "WL-0001"]


def test_a_dry_run_reports_the_same_and_registers_nothing(keeper, owner):
    enrol(keeper, HEAD + OTHER)
    dry = enrol(keeper, HEAD + GOOD + OTHER, dry_run=True).json()
    assert (dry["applied"], dry["credentials"], len(dry["accepted"])) == (False, None, 1)
    assert ids(owner) == ["LP-0001"]
    wet = enrol(keeper, HEAD + GOOD + OTHER).json()
    assert (wet["problems"], wet["accepted"]) == (dry["problems"], dry["accepted"])


def test_one_bad_row_keeps_all_out_when_asked_so(keeper, owner):
    report = enrol(keeper, HEAD + GOOD + "bad id,x,y,z,,,\n", all_or_nothing=True).json()
    assert (report["applied"], report["credentials"]) == (False, None)
    assert ids(owner) == []
    assert enrol(keeper, HEAD + GOOD, all_or_nothing=True).json()["applied"]


def test_credentials_are_told_once_and_kept_as_hashes(keeper, owner):
    first = enrol(keeper, HEAD + GOOD + OTHER, key="k")
    assert first.headers["Cache-Control"] == "no-store"
    told = dict(csv.reader(io.StringIO(first.json()["credentials"])))
    assert told.pop("device_id") == "credential"
    for device_id, hashed in owner.execute("SELECT device_id, credential_hash FROM devices"):
        assert verify(told[device_id], hashed)
    again = enrol(keeper, HEAD + GOOD + OTHER, key="k")
    assert again.json() == first.json() | {"credentials": None}
    kept = owner.execute("SELECT string_agg(answer, '') FROM idempotency_keys").fetchone()[0]
    assert not any(secret in kept for secret in told.values())
    assert enrol(keeper, HEAD + GOOD, key="k").status_code == 422


def test_a_file_of_a_chinese_spreadsheet_is_read_with_its_places(keeper):
    report = enrol(keeper, HEAD + GOOD, encoding="gb18030").json()
    assert (report["encoding"], report["applied"]) == ("gb18030", True)
    shown = keeper.get("/api/v1/devices/WL-0001").json()
    assert shown["name"] == "西渡桥水位站"
    assert shown["place"]["coordinates"] == [112.6072, 26.8967]
    assert shown["expected_interval_seconds"] == 60


def test_the_template_is_a_file_that_can_be_sent_back(keeper):
    answer = keeper.get(f"{PATH}/template")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert enrol(keeper, answer.content).json()["rows"] == 0


def test_thousands_of_rows_are_one_change_of_the_register(keeper, owner):
    def revision():
        return owner.execute("SELECT revision FROM register_revision").fetchone()[0]

    before = revision()
    rows = "".join(f"S-{i:05},路灯 {i},generic-lamp,430406,112.6,26.9,\n" for i in range(3000))
    report = enrol(keeper, HEAD + rows).json()
    assert (len(report["accepted"]), report["problems"]) == (3000, [])
    assert revision() == before + 1
    acts = owner.execute("SELECT detail->>'accepted' FROM audit_log WHERE action = 'device.enrol'")
    assert acts.fetchall() == [("3000",)]


def test_the_command_line_writes_credentials_to_a_secret_file(database, tmp_path, owner):
    file, secrets = tmp_path / "devices.csv", tmp_path / "secrets.csv"
    file.write_text(HEAD + GOOD + "bad id,x,y,z,,,\n")
    assert not desk.enrol(file, secrets, Options(dry_run=True)).applied
    assert not secrets.exists()
    report = desk.enrol(file, secrets, Options())
    assert (report.applied, len(report.problems)) == (True, 2)
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    (hashed,) = owner.execute("SELECT credential_hash FROM devices").fetchone()
    assert verify(secrets.read_text().split(",")[-1].strip(), hashed)
    with pytest.raises(HengyangError, match="exists already"):
        desk.enrol(file, secrets, Options())


def test_the_command_line_does_all_that_a_device_needs(database, owner):
    fields = {"device_id": "WL-1", "name": "站", "model": "generic-water-level"}
    with pytest.raises(HengyangError, match="division"):
        desk.add(**fields, division="4")
    secret = desk.add(**fields, division="110101")
    new = desk.rotate("WL-1")
    (hashed,) = owner.execute("SELECT credential_hash FROM devices").fetchone()
    assert verify(new, hashed)
    assert not verify(secret, hashed)
    desk.maintain("WL-1", "换电池", 2)
    (listed,) = desk.everything(Filters())
    assert listed.maintenance.reason == "换电池"
    desk.maintain("WL-1", "", 0)
    desk.retire("WL-1", "拆除")
    assert list(desk.everything(Filters())) == []
    assert desk.reinstate("WL-1") not in {secret, new}
    acts = owner.execute("SELECT action, actor_id FROM audit_log ORDER BY seq").fetchall()
    assert acts == [
        (f"device.{act}", None)
        for act in ("create", "rotate", "maintain", "maintain_end", "retire", "reinstate")
    ]
