"""What happens to a message between the broker and the store: a list one can read aloud."""

import hashlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from center.settings import IngestSettings
from ingest import wire
from ingest.deadletters import reasons
from ingest.decoders import decode_payload
from ingest.delivery import Delivery
from ingest.register import Register

TOPIC = re.compile(
    rf"{wire.ROOT}/({'|'.join(wire.KINDS)})/([A-Za-z0-9_-]{{1,40}})/({'|'.join(wire.UPWARD)})"
)
MAX_PAYLOAD = 256 * 1024  # bytes; the largest honest message is under 16 KiB
UNIX = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """What the stages look up: the register and the limits. No clock, no connection."""

    register: Register
    limits: IngestSettings


def microseconds(moment: datetime) -> int:
    """Unix microseconds of an aware datetime, exactly."""
    since: timedelta = moment - UNIX
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def address(delivery: Delivery, context: Context) -> None:
    """Takes kind, device and stream from the topic, and what the register knows of that device.

    Its division says who sees the message, should it end as a dead letter.
    """
    if delivery.unstorable:
        delivery.reject(reasons.UNSTORABLE, delivery.unstorable)
        return
    match = TOPIC.fullmatch(delivery.topic)
    if match is None:
        delivery.reject(
            reasons.TOPIC_UNKNOWN,
            f"expected {wire.ROOT}/kind/device/stream, got {delivery.topic!r}",
        )
        return
    delivery.kind, delivery.device_id, delivery.stream = match.groups()
    delivery.known = context.register.get(delivery.device_id)


def decode(delivery: Delivery, _: Context) -> None:
    """Bytes become a typed message."""
    payload = delivery.payload
    if len(payload) > MAX_PAYLOAD:
        delivery.reject(reasons.TOO_LARGE, f"{len(payload):,} bytes, allowed {MAX_PAYLOAD:,}")
        return
    delivery.digest = int.from_bytes(
        hashlib.blake2b(payload, digest_size=8).digest(), "big", signed=True
    )
    decode_payload(delivery)
    if delivery.message is not None:
        delivery.time_us = microseconds(delivery.message.time)


def identify(delivery: Delivery, _: Context) -> None:
    """Accepts the device as the sender; the broker checked who it is, not what kind it is."""
    device = delivery.known
    if device is None:
        delivery.reject(reasons.UNKNOWN_DEVICE, f"no device {delivery.device_id!r} in the register")
    elif device.kind != delivery.kind:
        delivery.reject(
            reasons.WRONG_KIND, f"registered as {device.kind}, wrote as {delivery.kind}"
        )
    elif not device.enabled:
        delivery.reject(reasons.DEVICE_DISABLED, f"device {delivery.device_id!r} is disabled")
    else:
        delivery.device = device  # also of a wrong stream: its number is used up
        if delivery.stream not in wire.STREAMS[device.kind]:
            delivery.reject(
                reasons.WRONG_STREAM, f"a device of kind {device.kind} sends no {delivery.stream}"
            )


def validate(delivery: Delivery, context: Context) -> None:
    """Checks device time and values; single bad readings are set aside, the rest goes on."""
    ahead = (delivery.time_us - delivery.received_us) / 1e6
    if ahead > context.limits.ingest_accept_future_seconds:
        delivery.reject(reasons.IN_FUTURE, f"device clock is {ahead:,.0f} s ahead of ours")
    elif -ahead > context.limits.ingest_accept_past_seconds:
        delivery.reject(reasons.TOO_OLD, f"device time is {-ahead / 86400:,.1f} days old")
    elif isinstance(delivery.message, wire.Readings):
        _validate_readings(delivery, delivery.message.readings)
    else:
        _validate_texts(delivery)


# What devices write as they like. PostgreSQL's text holds no NUL: found here it costs one message,
# found there a whole batch that is halved until the message stands alone.
FREE_TEXTS = {
    "pass": ("plate", "vehicle_class"),
    "violation": ("plate", "vehicle_class"),
    "event": ("command", "detail"),
}


def _validate_texts(delivery: Delivery) -> None:
    for field in FREE_TEXTS.get(delivery.stream, ()):
        text = getattr(delivery.message, field)
        if text is not None and "\0" in text:
            delivery.reject(reasons.WRONG_TYPE, f"{field}: a NUL character is no text")
            return


def _validate_readings(delivery: Delivery, readings: dict[str, float]) -> None:
    device = delivery.device
    if device is None:
        return
    values: list[float | None] = [None] * len(device.index)
    good = 0
    for quantity, value in readings.items():
        place = device.index.get(quantity)
        if place is None:
            delivery.fault(reasons.UNKNOWN_QUANTITY, f"{quantity[:64]!r}")
        elif device.low[place] <= value <= device.high[place]:
            values[place] = value
            good += 1
        elif not math.isfinite(value):
            delivery.fault(reasons.NOT_A_NUMBER, f"{quantity}: {value}")
        else:
            delivery.fault(
                reasons.IMPLAUSIBLE,
                f"{quantity}: {value:g} outside {device.low[place]:g} to {device.high[place]:g}",
            )
    delivery.values = values
    if not good:
        first = delivery.faults[0]
        delivery.reject(first.reason, "; ".join(f.detail for f in delivery.faults)[:1000])


def calibrate(delivery: Delivery, _: Context) -> None:
    """Applies the device's own scale and offset to its raw readings."""
    device = delivery.device
    if device is None or device.calibration is None or not delivery.values:
        return
    delivery.values = [
        None if value is None else value * scale + offset
        for value, (scale, offset) in zip(delivery.values, device.calibration, strict=True)
    ]


def locate(delivery: Delivery, context: Context) -> None:
    """Refuses fixes that cannot be: null island, or another province."""
    message = delivery.message
    if not isinstance(message, wire.Position):
        return
    west, south, east, north = context.limits.operating_area
    if not (west <= message.lon <= east and south <= message.lat <= north):
        delivery.reject(
            reasons.OUTSIDE_AREA,
            f"{message.lon:.5f} E {message.lat:.5f} N is outside"
            f" {west:g} to {east:g} E, {south:g} to {north:g} N",
        )


Stage = Callable[[Delivery, Context], None]

# The order matters: the topic names the decoder; only a known device has limits to check against;
# bounds are checked on raw values (the register keeps them so), hence before calibration. The
# batch is de-duplicated after these, inside the writer's transaction, because only there is it
# known what was committed (`ingest.ledger.deduplicate`): calibration and place are pure, cost
# microseconds, and would otherwise be worked out while the ledger rows are locked.
STAGES: Sequence[Stage] = (address, decode, identify, validate, calibrate, locate)


def run(batch: Sequence[Delivery], context: Context) -> None:
    """Every stage for every delivery of a batch; a rejected delivery goes no further."""
    for delivery in batch:
        delivery.reset()
        for stage in STAGES:
            stage(delivery, context)
            if delivery.rejection is not None:
                break
