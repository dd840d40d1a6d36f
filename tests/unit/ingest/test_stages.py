"""The stages: what is refused and why, what goes on, and that no bytes ever stop them."""

import math
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from center.settings import IngestSettings
from ingest import stages, wire
from ingest.deadletters import reasons
from ingest.deadletters.reasons import REASONS
from ingest.delivery import Delivery
from ingest.register import Register
from tests.messages import NOON, content, delivery, entry, payload

LIMITS = IngestSettings()


@pytest.fixture(scope="module")
def context() -> stages.Context:
    register = Register()
    register.put(entry())
    register.put(entry("V-1", number=8, kind="vehicle", index={}, low=(), high=()))
    register.put(entry("E-1", number=9, kind="epolice", index={}, low=(), high=()))
    register.put(entry("OFF", number=10, enabled=False))
    return stages.Context(register, LIMITS)


def through(made: Delivery, context: stages.Context) -> Delivery:
    stages.run([made], context)
    return made


def raw(topic: str, body: bytes = b"{}", content_type: str | None = None) -> Delivery:
    return Delivery(topic, body, content_type, stages.microseconds(NOON))


def nan(**changed: Any) -> Delivery:
    return delivery(content_type=wire.MESSAGEPACK, **changed)


READINGS = "hy/v1/sensor/D-1/readings"
REFUSED = [
    ("topic_unknown", raw("hy/v1/sensor/D-1")),
    ("topic_unknown", raw("hy/v1/sensor/D-1/readings/more")),
    ("topic_unknown", raw("hy/v1/sensor/D-1/status")),
    ("topic_unknown", raw("hy/v1/sensor/D-1/command")),
    ("topic_unknown", raw("hy/v1/toaster/D-1/readings")),
    ("topic_unknown", raw("hy/v2/sensor/D-1/readings")),
    ("topic_unknown", raw("hy/v1/sensor//readings")),
    ("topic_unknown", raw(f"hy/v1/sensor/{'x' * 41}/readings")),
    ("topic_unknown", raw("hy/v1/sensor/D 1/readings")),
    ("topic_unknown", raw("hy/v1/sensor/水位/readings")),
    ("topic_unknown", raw("hy/v1/sensor/D-1/readings\n")),
    ("topic_unknown", raw("hy/v1/sensor/D\0-1/readings")),
    ("topic_unknown", raw("")),
    ("too_large", raw(READINGS, b"x" * (stages.MAX_PAYLOAD + 1))),
    ("content_type", raw(READINGS, payload(), "text/plain")),
    ("content_type", raw(READINGS, payload(), "application/json; charset=utf-8")),
    ("not_decodable", raw(READINGS, b"")),
    ("not_decodable", raw(READINGS, b"\x00\xff" * 500)),
    ("not_decodable", raw(READINGS, payload()[:-1])),
    ("not_decodable", raw(READINGS, b'{"readings": NaN}')),
    ("not_decodable", raw(READINGS, b'{"more":' + b"[" * 5000)),
    ("wrong_type", raw(READINGS, payload(), wire.MESSAGEPACK)),  # its "{" is a number there
    ("wrong_type", raw(READINGS, b"[]")),
    ("wrong_type", raw(READINGS, b"null")),
    ("wrong_type", raw(READINGS, b'{"boot": 1, "seq": 2}')),
    ("wrong_type", delivery(seq=-1)),
    ("wrong_type", delivery(seq="1")),
    ("wrong_type", delivery(boot=2**62 + 1)),
    ("wrong_type", delivery(boot=None)),
    ("wrong_type", raw(READINGS, payload().replace(b"Z", b""))),  # whose clock is that
    ("wrong_type", delivery(readings={})),
    ("wrong_type", delivery(readings=[1, 2])),
    ("wrong_type", delivery(readings={"water_level": "1.5"})),
    ("wrong_type", delivery(readings={f"q{n}": 1 for n in range(65)})),
    ("wrong_type", delivery("V-1", "position", lon=400.0)),
    ("wrong_type", delivery("V-1", "position", heading_deg=360.0)),
    ("wrong_type", delivery("V-1", "position", accuracy_m=1e300)),
    ("wrong_type", delivery("V-1", "position", content_type=wire.MESSAGEPACK, speed_mps=math.nan)),
    ("wrong_type", delivery("E-1", "pass", plate_colour="pink")),
    ("wrong_type", delivery("E-1", "pass", evidence=["../etc/passwd"])),
    ("wrong_type", delivery("E-1", "violation", code="16 25")),
    ("wrong_type", delivery(stream="event", name="Door opened")),
    ("wrong_type", delivery(stream="event", detail="a\0b")),
    ("wrong_type", delivery(stream="event", command="\0")),
    ("wrong_type", delivery("E-1", "pass", plate="湘D\0")),
    ("wrong_type", delivery("E-1", "violation", vehicle_class="c\0r")),
    ("unknown_device", delivery("D-2")),
    ("wrong_kind", delivery(kind="vehicle")),
    ("wrong_kind", delivery("V-1", kind="sensor")),
    ("wrong_stream", delivery(stream="pass", kind="sensor")),
    ("wrong_stream", delivery("V-1", stream="violation", kind="vehicle")),
    ("wrong_stream", delivery("E-1", stream="position", kind="epolice")),
    ("device_disabled", delivery("OFF")),
    ("too_old", delivery(time=NOON - timedelta(days=3653), received=NOON)),
    ("too_old", delivery(time=NOON - timedelta(days=7, seconds=1), received=NOON)),
    ("too_old", delivery(time="0001-01-01T00:00:00+14:00", received=NOON)),
    ("in_future", delivery(time=NOON + timedelta(days=1), received=NOON)),
    ("in_future", delivery(time=NOON + timedelta(seconds=301), received=NOON)),
    ("in_future", delivery(time="9999-12-31T23:59:59-14:00", received=NOON)),
    ("unknown_quantity", delivery(readings={"happiness": 1.0})),
    ("not_a_number", nan(readings={"water_level": math.nan})),
    ("not_a_number", nan(readings={"flow_rate": math.inf})),
    ("not_a_number", nan(readings={"flow_rate": -math.inf})),
    ("implausible", delivery(readings={"water_level": 61.0})),
    ("implausible", delivery(readings={"water_level": -5.001})),
    ("implausible", delivery(readings={"flow_rate": 1.1e300})),
    ("outside_area", delivery("V-1", "position", lon=0.0, lat=0.0)),
    ("outside_area", delivery("V-1", "position", lon=121.5, lat=31.2)),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "made"), REFUSED)
def test_what_is_refused_says_why(reason: str, made: Delivery, context: stages.Context) -> None:
    rejection = through(made, context).rejection
    assert rejection is not None
    assert rejection.reason.key == reason
    assert rejection.detail
    assert len(rejection.detail) <= 1000 + len(made.topic)


def test_every_reason_is_reached() -> None:
    elsewhere = {  # by the ledger, by the database
        reasons.CONFLICT.key,
        reasons.GIVEN_UP.key,
        reasons.UNSTORABLE.key,
    }
    assert {reason for reason, _ in REFUSED} | elsewhere == REASONS.keys()


def test_what_the_database_refused_alone_goes_straight_to_the_dead_letters(
    context: stages.Context,
) -> None:
    made = delivery()
    made.unstorable = "invalid byte sequence"
    assert through(made, context).rejection == (reasons.UNSTORABLE, "invalid byte sequence")


@pytest.mark.parametrize("stream", ["readings", "event"])
def test_a_sensor_may_say(stream: str, context: stages.Context) -> None:
    made = through(delivery(stream=stream), context)
    assert made.rejection is None
    assert made.device is context.register.get("D-1")
    assert made.time_us == stages.microseconds(NOON)
    assert made.digest != 0


def test_a_message_of_a_wrong_stream_uses_its_number_up(context: stages.Context) -> None:
    """Else the hole it leaves would be asked for until it is lost."""
    made = through(delivery(stream="pass", kind="sensor"), context)
    assert made.device is context.register.get("D-1")
    assert made.message is not None


def test_the_tables_of_kinds_and_streams_know_each_other() -> None:
    assert {stream for streams in wire.STREAMS.values() for stream in streams} == set(wire.UPWARD)
    assert all("event" in streams for streams in wire.STREAMS.values())  # answers are events


def test_every_text_that_a_device_writes_freely_is_looked_at() -> None:
    """A pattern or a list of words has no room for a NUL; every other text is in the table."""
    for stream, kind in wire.UPWARD.items():
        fields = {field.name: field.type for field in msgspec.inspect.type_info(kind).fields}
        free = {name for name, said in fields.items() if is_free_text(said)}
        assert free == set(stages.FREE_TEXTS.get(stream, ())), stream


def is_free_text(said: msgspec.inspect.Type) -> bool:
    if isinstance(said, msgspec.inspect.Metadata):
        return is_free_text(said.type)
    if isinstance(said, msgspec.inspect.UnionType):
        return any(is_free_text(part) for part in said.types)
    return isinstance(said, msgspec.inspect.StrType) and said.pattern is None


@pytest.mark.parametrize("ahead", [300, 299.9, -7 * 86_400])
def test_a_clock_at_the_edge_of_what_is_allowed_is_accepted(
    ahead: float, context: stages.Context
) -> None:
    made = delivery(time=NOON + timedelta(seconds=ahead), received=NOON)
    assert through(made, context).rejection is None


def test_bad_readings_are_set_aside_and_the_rest_goes_on(context: stages.Context) -> None:
    readings = {"water_level": 99.0, "flow_rate": 3.0, "happiness": 1.0}
    made = through(nan(readings=readings), context)
    assert made.rejection is None
    assert made.values == [None, 3.0]
    assert [fault.reason.key for fault in made.faults] == ["implausible", "unknown_quantity"]


def test_a_message_with_no_good_reading_says_what_is_wrong_with_each(
    context: stages.Context,
) -> None:
    made = through(delivery(readings={"happiness": 1.0, "water_level": 99.0}), context)
    assert made.rejection == (
        reasons.UNKNOWN_QUANTITY,
        "'happiness'; water_level: 99 outside -5 to 60",
    )


def test_values_are_calibrated_after_their_plausibility_is_known(context: stages.Context) -> None:
    register = Register()
    register.put(entry(calibration=((1.0, -0.25), (2.0, 0.0))))
    made = delivery(readings={"water_level": 60.0})
    assert through(made, stages.Context(register, LIMITS)).values == [59.75, None]


def test_stages_may_run_again(context: stages.Context) -> None:
    made = through(nan(readings={"water_level": 1.0, "happiness": 2.0}), context)
    first = (made.values, made.faults, made.rejection, made.digest)
    assert (through(made, context)).faults == first[1]
    assert (made.values, made.faults, made.rejection, made.digest) == first


def test_a_refusal_does_not_touch_the_next_message(context: stages.Context) -> None:
    batch = [raw("x"), delivery(), raw(READINGS, b"garbage" * 1000), delivery(seq=1)]
    stages.run(batch, context)
    assert [made.rejection is None for made in batch] == [False, True, False, True]


TOPICS = st.sampled_from([
    *(f"hy/v1/{kind}/{name}/{stream}" for kind, name in (("sensor", "D-1"), ("vehicle", "V-1"),
      ("epolice", "E-1")) for stream in wire.UPWARD),
])  # fmt: skip
TYPES = st.sampled_from([None, wire.JSON, wire.MESSAGEPACK])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(topic=st.text() | TOPICS, body=st.binary(), content_type=TYPES)
@example(topic=READINGS, body=b"\xdf\xff\xff\xff\xff", content_type=wire.MESSAGEPACK)
@example(
    topic="hy/v1/sensor/D-1/event",
    body=payload("event", detail="x").replace(b"x", rb"\ud800"),
    content_type=None,
)
@example(topic="hy/v1/\ud800/D-1/readings", body=b"{}", content_type=None)
def test_no_bytes_ever_raise(
    topic: str, body: bytes, content_type: str | None, context: stages.Context
) -> None:
    through(raw(topic, body, content_type), context)


@given(
    topic=TOPICS,
    content_type=st.sampled_from([wire.JSON, wire.MESSAGEPACK]),
    changed=st.dictionaries(
        st.sampled_from(sorted({key for s in wire.UPWARD for key in content(s)})), VALUES
    ),
)
def test_no_content_ever_raises(
    topic: str, content_type: str, changed: dict[str, Any], context: stages.Context
) -> None:
    """Messages that are nearly right, with any values in any of their fields."""
    try:
        body = payload(topic.rpartition("/")[2], content_type, **changed)
    except (OverflowError, ValueError):
        return  # not even an honest encoder can say it
    made = through(raw(topic, body, content_type), context)
    if made.rejection is None and made.stream == "readings":
        assert all(value is None or math.isfinite(value) for value in made.values)
