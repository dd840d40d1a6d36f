"""Files as people send them: character sets, headings, and what is wrong with a row."""

import io
from dataclasses import replace

import pytest

from center.identity.caller import system
from ingest.devices.enrolment.columns import COLUMNS, DEVICES
from ingest.devices.enrolment.problems import TEXTS, problem
from ingest.devices.enrolment.reading import (
    HeadingsWrong,
    Row,
    TooManyRows,
    Unreadable,
    detect_encoding,
    read_table,
)
from ingest.devices.enrolment.rows import check_row
from ingest.devices.models import DeviceModel
from ingest.devices.schemas import DeviceCreate

CALLER = replace(system("test"), divisions=("4304",))
MODELS = {
    "generic-water-level": DeviceModel(name="generic-water-level", kind="sensor", quantities=[]),
    "generic-camera": DeviceModel(name="generic-camera", kind="camera", quantities=[]),
}
GOOD = {
    "device_id": "WL-0001",
    "name": "西渡桥水位站",
    "model": "generic-water-level",
    "division": "430408",
}


def table_of(text: str, encoding: str = "utf-8"):
    return read_table(io.BytesIO(text.encode(encoding)), DEVICES)


def check(**cells: str):
    return check_row(Row(2, GOOD | cells, ""), CALLER, MODELS)


def codes(**cells: str) -> list[tuple[str, str]]:
    found = check(**cells)
    assert isinstance(found, list), found
    return [(p.field, p.code) for p in found]


@pytest.mark.parametrize(
    "content", [b"\xff\x00\x81", b"WL-0001,\xc3", b"\xef\xbb\xbf\xff", b"\xff\xfea"]
)
def test_what_is_neither_unicode_nor_gb18030_is_refused(content):
    with pytest.raises(Unreadable):
        detect_encoding(io.BytesIO(content))


def test_an_open_quotation_mark_is_named():
    with pytest.raises(Unreadable, match="quotation mark"):
        list(table_of(DEVICES.template() + '"' + "x" * 200_000).rows)


@pytest.mark.parametrize("text", ["", "\n", "1,2,3\n", "编号\n"])
def test_missing_headings_are_named_in_both_languages(text):
    with pytest.raises(HeadingsWrong, match=r"name \(名称\)"):
        table_of(text)


def test_two_columns_of_one_meaning_are_refused():
    with pytest.raises(HeadingsWrong, match="Two columns are headed as name"):
        table_of("编号,名称,设备名称,型号,区划代码\n")


def test_a_file_without_end_is_refused():
    rows = ("a,b,c,d\n" for _ in range(100_001))
    with pytest.raises(TooManyRows):
        list(table_of("device_id,name,model,division\n" + "".join(rows)).rows)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_files_of_spreadsheets_are_read(encoding, found, delimiter):
    head = "设备编号,名称,型号,区划代码,备注"
    rows = ("WL-0001,西渡桥,m,430408,好", ",,,,", "WL-0002,㳇水,m,430408,")
    text = "\r\n".join((head, *rows, ""))
    if encoding == "gbk":
        text = text.replace("㳇", "蒸")
    table = table_of(text.replace(",", delimiter), encoding)
    rows = list(table.rows)
    assert (table.encoding, table.ignored) == (found, ["备注"])
    assert [row.number for row in rows] == [2, 4]
    assert rows[0].cells == {
        "device_id": "WL-0001",
        "name": "西渡桥",
        "model": "m",
        "division": "430408",
    }


def test_reading_leaves_the_file_to_its_owner():
    file = io.BytesIO(DEVICES.template().encode())
    table = read_table(file, DEVICES)
    assert list(table.rows) == []
    del table
    assert not file.closed


def test_every_heading_means_one_column():
    for column in COLUMNS:
        for heading in (column.key, column.key.upper(), *column.headings):
            assert DEVICES.column_of(heading) is column
            assert DEVICES.column_of(f" {heading} （必填）") is column
    assert DEVICES.column_of("备注") is None


def test_the_template_has_all_columns_and_is_read_back():
    assert table_of(DEVICES.template()[1:]).ignored == []
    assert len(DEVICES.template().split(",")) == len(COLUMNS)


REFUSED = [
    ({"device_id": ""}, ("device_id", "required")),
    ({"device_id": "WL 0001"}, ("device_id", "invalid")),
    ({"device_id": "x" * 41}, ("device_id", "invalid")),
    ({"device_id": "ingest"}, ("device_id", "reserved")),
    ({"device_id": "ingest-1-0"}, ("device_id", "reserved")),
    ({"name": "a\x00b"}, ("name", "invalid")),
    ({"model": "no-such"}, ("model", "unknown_model")),
    ({"kind": "camera"}, ("kind", "kind_of_model")),
    ({"kind": "摄像机"}, ("kind", "kind_of_model")),
    ({"division": "4304"}, ("division", "invalid")),
    ({"division": "430"}, ("division", "invalid")),
    ({"division": "110101"}, ("division", "outside_divisions")),
    ({"lon": "112.6"}, ("lat", "required")),
    ({"lat": "26.9"}, ("lon", "required")),
    ({"lon": "400", "lat": "26.9"}, ("lon", "invalid")),
    ({"lon": "东经", "lat": "26.9"}, ("lon", "invalid")),
    ({"lon": "nan", "lat": "26.9"}, ("lon", "invalid")),
    ({"lon": "112.6", "lat": "inf"}, ("lat", "invalid")),
    ({"lon": "26.9", "lat": "80.6"}, ("lon", "outside_area")),
    ({"component_code": "430408"}, ("component_code", "invalid")),
    ({"component_code": "4.30408E+15"}, ("component_code", "spreadsheet_number")),
    ({"camera_number": "4.30408E19"}, ("camera_number", "spreadsheet_number")),
    ({"expected_interval_seconds": "-1"}, ("expected_interval_seconds", "invalid")),
    ({"expected_interval_seconds": "每分钟"}, ("expected_interval_seconds", "invalid")),
]


@pytest.mark.parametrize(("cells", "expected"), REFUSED)
def test_a_row_is_refused_with_its_field(cells, expected):
    assert codes(**cells) == [expected]


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    assert codes(model="no-such", division="110101", device_id="load") == [
        ("model", "unknown_model"),
        ("division", "outside_divisions"),
        ("device_id", "reserved"),
    ]


def test_more_cells_than_headings_are_told():
    found = check_row(Row(7, GOOD, "stray"), CALLER, MODELS)
    assert [(p.row, p.code) for p in found] == [(7, "more_cells")]


def test_a_good_row_becomes_a_device():
    device = check(
        device_id="'ＷＬ-０００１",
        kind="传感器",
        division="４３０４０８",
        lon="112.6072",
        lat=" 26.8967",
        owner="市水务局（河道）",
        component_code="4304080103000017",
        expected_interval_seconds="300",
    )
    assert isinstance(device, DeviceCreate)
    assert (device.device_id, device.division) == ("WL-0001", "430408")
    assert device.owner == "市水务局（河道）"
    assert device.place.coordinates == (112.6072, 26.8967)
    assert device.expected_interval_seconds == 300


@pytest.mark.parametrize(("cell", "seconds"), [("", 60), ("0", None), ("1", 1), ("604800", 604800)])
def test_the_interval_has_a_default_and_a_never(cell, seconds):
    assert check(expected_interval_seconds=cell).expected_interval_seconds == seconds


@pytest.mark.parametrize("code", TEXTS)
def test_every_problem_speaks_both_languages(code):
    told = problem(3, "device_id", "a" * 200, code)
    assert told.message != told.message_zh
    assert "{" not in told.message + told.message_zh
    assert len(told.value) < 70
