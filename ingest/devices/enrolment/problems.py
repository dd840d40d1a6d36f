"""What may be wrong with a row, in the two languages of its readers."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from ingest.devices.enrolment.columns import DEVICES, Sheet

Texts = Mapping[str, tuple[str, str]]
# `{expects}` is what the column expects, `{value}` what was found.
TEXTS: Texts = {
    "required": ("不能为空：应为{expects}", "must not be empty: {expects}"),
    "invalid": ("“{value}”不可用：应为{expects}", "{value!r} cannot be used: expected {expects}"),
    "spreadsheet_number": (
        "“{value}”已被表格软件改写：请将该列设为文本后重新填写",
        "a spreadsheet has changed the number to {value!r}: format the column as text, enter again",
    ),
    "twice": ("“{value}”在本文件中重复出现", "{value!r} occurs more than once in this file"),
    "exists": ("设备“{value}”已登记，或曾经登记", "device {value!r} is, or was, registered"),
    "camera_number_taken": (
        "摄像机编号“{value}”已被其他设备使用",
        "camera number {value!r} belongs to another device",
    ),
    "unknown_model": (
        "没有型号“{value}”：请先登记型号",
        "there is no model {value!r}: add it first",
    ),
    "kind_of_model": (
        "类别“{value}”与型号的类别不一致",
        "kind {value!r} is not the kind of the model",
    ),
    "outside_divisions": (
        "区划“{value}”不在您的管辖范围内",
        "division {value!r} lies outside yours",
    ),
    "outside_area": (
        "“{value}”不在运行区域内：经纬度是否颠倒？",
        "{value!r} lies outside the area of operation: are longitude and latitude swapped?",
    ),
    "reserved": (
        "“{value}”是系统程序使用的名称，请改用其他编号",
        "{value!r} is a name of the system's own programs",
    ),
    "more_cells": ("单元格多于表头：“{value}”", "more cells than headings: {value!r}"),
}
SHOWN = 60  # characters of a wrong value


class RowProblem(BaseModel):
    """One thing that is wrong with one row."""

    row: Annotated[int, Field(description="As a spreadsheet counts: the headings are row 1.")]
    field: Annotated[str, Field(examples=["division"])]
    value: Annotated[str, Field(examples=["110101"])]
    code: Annotated[str, Field(examples=["outside_divisions"])]
    message: Annotated[str, Field(examples=["division '110101' lies outside yours"])]
    message_zh: Annotated[str, Field(examples=["区划“110101”不在您的管辖范围内"])]


def problem(
    row: int, field: str, value: str, code: str, sheet: Sheet = DEVICES, texts: Texts = TEXTS
) -> RowProblem:
    """A problem with its words, for a file of this sheet."""
    shown = value if len(value) <= SHOWN else value[:SHOWN] + "…"
    column = sheet.by_key.get(field)
    expects = (column.expects_zh, column.expects_en) if column else ("", "")
    zh, en = (
        text.format(value=shown, expects=expected)
        for text, expected in zip(texts[code], expects, strict=True)
    )
    return RowProblem(row=row, field=field, value=shown, code=code, message=en, message_zh=zh)
