"""The columns of a file of cameras; an empty cell leaves what is set as it is."""

from ingest.devices.enrolment.columns import Column, Sheet
from ingest.devices.enrolment.problems import TEXTS as OF_DEVICES
from ingest.devices.enrolment.problems import Texts

SECRET = ("main_password", "sub_password")  # never shown in a report
_ADDRESS = ("rtsp:// 或 rtsps:// 地址，不含用户名和口令", "rtsp:// or rtsps://, without a user")
_USER = ("1 到 100 个字符", "1 to 100 characters")
_PASSWORD = ("1 到 200 个字符", "1 to 200 characters")


def _stream(name: str, zh: str) -> tuple[Column, ...]:
    return (
        Column(f"{name}_address", (f"{zh}地址",), *_ADDRESS),
        Column(f"{name}_user", (f"{zh}用户名",), *_USER),
        Column(f"{name}_password", (f"{zh}口令", f"{zh}密码"), *_PASSWORD),
    )


CAMERAS = Sheet(
    (
        Column(
            "device_id",
            ("设备编号", "设备ID", "编号"),
            "已登记摄像机的编号",
            "the id of a registered camera",
            required=True,
        ),
        *_stream("main", "主码流"),
        *_stream("sub", "子码流"),
        Column(
            "height_m", ("安装高度", "高度"), "0 到 500 米", "metres above the ground, 0 to 500"
        ),
        Column(
            "heading_deg",
            ("朝向", "方位角"),
            "正北起顺时针 0 到 360 度（不含 360）",
            "degrees clockwise from north, 0 to below 360",
        ),
        Column("tilt_deg", ("俯角",), "-90 到 90 度", "degrees below the horizon, -90 to 90"),
        Column("fov_deg", ("水平视场角", "视场角"), "大于 0 到 360 度", "degrees, above 0 to 360"),
        Column("range_m", ("可视距离", "视距"), "大于 0 到 5000 米", "metres, above 0 to 5000"),
        Column(
            "snapshot_seconds",
            ("抓拍间隔", "抓拍间隔秒"),
            "0 到 86400 秒的整数；0 为不抓拍",
            "whole seconds, 0 to 86400; 0: no snapshots",
        ),
    )
)
TEXTS: Texts = {
    **OF_DEVICES,
    "unknown_device": (
        "辖区内没有编号为“{value}”的设备：请先登记",
        "there is no device {value!r} in your divisions: register it first",
    ),
    "not_a_camera": ("“{value}”不是摄像机", "{value!r} is not a camera"),
    "address_missing": (
        "填写了用户名或口令，但没有地址",
        "a user or password without an address",
    ),
    "address_wrong": (
        "“{value}”不可用：应为{expects}",
        "{value!r} cannot be used: expected {expects}",
    ),
    "address_forbidden": (
        "“{value}”不在允许的摄像机网段内",
        "{value!r} lies outside the networks in which cameras may stand",
    ),
    "password_needed": (
        "主机或用户名已变更，必须重新填写口令",
        "host or user has changed: give the password again",
    ),
    "nothing": ("本行没有要设置的内容", "this row sets nothing"),
}
