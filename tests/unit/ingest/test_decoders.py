"""Decoders: the same message from JSON and from MessagePack, and readings saved one by one."""

import math
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import wire
from ingest.decoders import decode_payload
from ingest.delivery import Delivery
from tests.messages import NOON, content, payload

FORMATS = (wire.JSON, wire.MESSAGEPACK)


def decoded(stream: str, body: bytes, content_type: str | None) -> Delivery:
    made = Delivery(f"hy/v1/sensor/D-1/{stream}", body, content_type, 0)
    made.reset()
    made.stream = stream
    decode_payload(made)
    return made


@pytest.mark.parametrize("stream", wire.UPWARD)
def test_json_and_messagepack_say_the_same(stream: str) -> None:
    messages = [decoded(stream, payload(stream, form), form).message for form in FORMATS]
    assert messages[0] == messages[1] == msgspec.convert(content(stream), wire.UPWARD[stream])


def test_json_is_what_is_meant_where_nothing_is_said() -> None:
    for unsaid in (None, ""):
        assert decoded("event", payload("event"), unsaid).message is not None


def test_fields_that_a_newer_device_adds_do_not_matter() -> None:
    made = decoded("event", payload("event", firmware="9.1"), None)
    assert made.rejection is None


@pytest.mark.parametrize("text", ["2026-11-22T20:00:00+08:00", "2026-11-22T12:00:00.000000Z"])
def test_a_moment_is_the_same_however_it_is_written(text: str) -> None:
    message = decoded("event", payload("event", time=text), None).message
    assert message is not None
    assert message.time == NOON


def test_readings_of_the_wrong_type_are_set_aside_one_by_one() -> None:
    readings: dict[str, Any] = {
        "good": 1.5, "whole": 2, "text": "3", "truth": True, "nothing": None, "list": [1],
        "huge": 10**200,
    }  # fmt: skip
    made = decoded("readings", payload(readings=readings), None)
    assert made.rejection is None
    assert isinstance(made.message, wire.Readings)
    assert made.message.readings == {"good": 1.5, "whole": 2.0, "huge": 1e200}
    assert [fault.detail.partition(":")[0] for fault in made.faults] == [
        "text", "truth", "nothing", "list",
    ]  # fmt: skip


def test_a_text_among_readings_does_not_let_a_nan_through() -> None:
    readings = {"good": 1.5, "text": "3", "nan": math.nan, "endless": math.inf}
    made = decoded("readings", payload("readings", wire.MESSAGEPACK, readings=readings), FORMATS[1])
    assert isinstance(made.message, wire.Readings)
    assert made.message.readings == {"good": 1.5}
    assert len(made.faults) == 3


def test_without_one_good_reading_the_message_is_refused() -> None:
    made = decoded("readings", payload(readings={"text": "3"}), None)
    assert made.message is None
    assert made.rejection is not None
    assert made.rejection.reason.key == "wrong_type"
    assert "$.readings" in made.rejection.detail


def test_good_readings_do_not_save_a_message_without_its_number() -> None:
    body = payload(readings={"good": 1.0, "text": "3"}, seq="x")
    made = decoded("readings", body, None)
    assert made.rejection is not None
    assert made.rejection.reason.key == "wrong_type"


@given(
    seq=st.integers(0, 2**62),
    boot=st.integers(0, 2**62),
    time=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(NOON.tzinfo)),  # noqa: DTZ001  # the zone is the strategy's
    readings=st.dictionaries(
        st.text(min_size=1, max_size=8), st.floats(allow_nan=False, allow_infinity=False),
        min_size=1, max_size=5),
)  # fmt: skip
def test_what_a_device_encodes_is_what_is_decoded(
    seq: int, boot: int, time: datetime, readings: dict[str, float]
) -> None:
    message = wire.Readings(boot=boot, seq=seq, time=time, readings=readings)
    for form in FORMATS:
        assert decoded("readings", wire.encode(message, form), form).message == message


def test_microseconds_survive_both_formats() -> None:
    time = NOON + timedelta(microseconds=123_457)
    for form in FORMATS:
        message = decoded("event", payload("event", form, time=time), form).message
        assert message is not None
        assert message.time == time
