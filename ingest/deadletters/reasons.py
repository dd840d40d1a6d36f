"""Why a message is a dead letter: one row a reason, in words a person understands."""

from typing import NamedTuple


class Reason(NamedTuple):
    """A reason with its name on screens; `detail` on the dead letter adds what was seen."""

    key: str
    zh: str
    en: str


TOPIC_UNKNOWN = Reason("topic_unknown", "主题不合规范", "Topic is not of the wire")
TOO_LARGE = Reason("too_large", "报文过大", "Payload too large")
CONTENT_TYPE = Reason("content_type", "内容类型不支持", "Content type not supported")
NOT_DECODABLE = Reason("not_decodable", "报文无法解码", "Payload cannot be decoded")
WRONG_TYPE = Reason("wrong_type", "字段缺失或类型错误", "Field missing or of the wrong type")
UNKNOWN_DEVICE = Reason("unknown_device", "设备未登记", "Device is not registered")
DEVICE_DISABLED = Reason("device_disabled", "设备已停用", "Device is disabled or retired")
WRONG_KIND = Reason("wrong_kind", "设备类别不符", "Device is registered as another kind")
WRONG_STREAM = Reason(
    "wrong_stream", "该类设备不发此类报文", "Devices of this kind send no such messages"
)
TOO_OLD = Reason("too_old", "设备时间过旧", "Device time too far in the past")
IN_FUTURE = Reason("in_future", "设备时间超前", "Device time in the future")
UNKNOWN_QUANTITY = Reason("unknown_quantity", "未知指标", "Quantity not of this device model")
NOT_A_NUMBER = Reason("not_a_number", "不是有效数值", "Not a finite number")
IMPLAUSIBLE = Reason("implausible", "超出合理范围", "Outside the plausible range")
OUTSIDE_AREA = Reason("outside_area", "定位超出作业区域", "Position outside the operating area")
CONFLICT = Reason("conflict", "编号重复而内容不同", "Number used before with other content")
GIVEN_UP = Reason("given_up", "编号已注销", "Number was given up")
UNSTORABLE = Reason("unstorable", "无法入库", "Refused by the database")

REASONS = {
    reason.key: reason
    for reason in (
        TOPIC_UNKNOWN,
        TOO_LARGE,
        CONTENT_TYPE,
        NOT_DECODABLE,
        WRONG_TYPE,
        UNKNOWN_DEVICE,
        DEVICE_DISABLED,
        WRONG_KIND,
        WRONG_STREAM,
        TOO_OLD,
        IN_FUTURE,
        UNKNOWN_QUANTITY,
        NOT_A_NUMBER,
        IMPLAUSIBLE,
        OUTSIDE_AREA,
        CONFLICT,
        GIVEN_UP,
        UNSTORABLE,
    )
}


def named(key: str) -> Reason:
    """The reason of a key; an older or newer program's may be unknown to this one."""
    return REASONS.get(key) or Reason(key, key, key)
