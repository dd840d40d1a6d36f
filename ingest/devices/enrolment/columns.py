"""The columns of an enrolment file: what they may be headed, and what is expected in them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

KINDS_ZH = {
    "传感器": "sensor",
    "车辆": "vehicle",
    "电子警察": "epolice",
    "摄像机": "camera",
    "信号机": "signal",
}


@dataclass(frozen=True)
class Column:
    """One column. The first Chinese heading is the one of the template."""

    key: str
    headings: tuple[str, ...]
    expects_zh: str
    expects_en: str
    required: bool = False


COLUMNS: tuple[Column, ...] = (
    Column(
        "device_id",
        ("设备编号", "设备ID", "编号"),
        "1 到 40 位字母、数字、- 或 _",
        "1 to 40 letters, digits, - or _",
        required=True,
    ),
    Column("name", ("名称", "设备名称"), "1 到 100 个字", "1 to 100 characters", required=True),
    Column(
        "model", ("型号", "设备型号"), "型号表中的型号", "a model of the catalogue", required=True
    ),
    Column(
        "kind",
        ("类别", "类型", "设备类型"),
        "与型号一致：传感器、车辆、电子警察、摄像机、信号机",
        "that of the model: sensor, vehicle, epolice, camera, signal",
    ),
    Column(
        "division",
        ("区划代码", "行政区划", "行政区划代码"),
        "6 到 12 位数字，如 430408",
        "6 to 12 digits, such as 430408",
        required=True,
    ),
    Column("owner", ("权属", "权属单位"), "不超过 200 个字", "at most 200 characters"),
    Column(
        "lon",
        ("经度",),
        "东经度数（WGS-84），如 112.6072；与纬度一同填写",
        "degrees east (WGS-84), such as 112.6072; together with the latitude",
    ),
    Column(
        "lat",
        ("纬度",),
        "北纬度数（WGS-84），如 26.8967；与经度一同填写",
        "degrees north (WGS-84), such as 26.8967; together with the longitude",
    ),
    Column("component_code", ("部件编码", "部件标识码", "部件代码"), "16 位数字", "16 digits"),
    Column(
        "camera_number",
        ("摄像机编号", "国标编码", "国标编号"),
        "20 位数字（GB/T 28181）",
        "20 digits (GB/T 28181)",
    ),
    Column(
        "expected_interval_seconds",
        ("上报间隔", "上报周期", "上报间隔秒"),
        "1 到 604800 秒的整数；空白为 60，填 0 表示不定时",
        "whole seconds, 1 to 604800; empty: 60, 0: speaks only when it must",
    ),
)


def normal(heading: str) -> str:
    """A heading as it is compared: without width, case, spaces, and what stands in brackets."""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"\(.*?\)|[\s_\-*:]", "", plain)


class Sheet:
    """The columns of one kind of file, found by key or by any of their headings."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.by_key = {column.key: column for column in columns}
        self._by_heading = {
            normal(heading): column
            for column in columns
            for heading in (column.key, *column.headings)
        }

    def column_of(self, heading: str) -> Column | None:
        """The column with this heading, Chinese or English; None where there is no such column."""
        return self._by_heading.get(normal(heading))

    def template(self) -> str:
        """An empty file to fill in; its first mark makes spreadsheets read it as UTF-8."""
        return "\ufeff" + ",".join(column.headings[0] for column in self.columns) + "\r\n"


DEVICES = Sheet(COLUMNS)
