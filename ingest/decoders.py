"""From bytes to typed messages; nobody after this file sees a dict."""

from typing import Any, Protocol

import msgspec

from ingest import wire
from ingest.deadletters import reasons
from ingest.delivery import Delivery


class _RelaxedReadings(wire.Numbered, kw_only=True):
    readings: dict[str, Any]


class Decoder(Protocol):
    """A msgspec decoder of one message type."""

    def decode(self, payload: bytes, /) -> Any: ...


DECODERS: dict[str, dict[str, Decoder]] = {
    wire.JSON: {s: msgspec.json.Decoder(t) for s, t in wire.UPWARD.items()},
    wire.MESSAGEPACK: {s: msgspec.msgpack.Decoder(t) for s, t in wire.UPWARD.items()},
}
RELAXED: dict[str, Decoder] = {
    wire.JSON: msgspec.json.Decoder(_RelaxedReadings),
    wire.MESSAGEPACK: msgspec.msgpack.Decoder(_RelaxedReadings),
}
FORMAT_NAMES = {wire.JSON: "JSON", wire.MESSAGEPACK: "MessagePack"}
# A damaged payload surfaces as one of these; UnicodeDecodeError and OverflowError are ValueErrors.
UNDECODABLE = (msgspec.DecodeError, ValueError, RecursionError)


def decode_payload(delivery: Delivery) -> None:
    """Fills `message`, or rejects. Needs `stream`."""
    content_type = delivery.content_type or wire.JSON
    by_stream = DECODERS.get(content_type)
    if by_stream is None:
        delivery.reject(
            reasons.CONTENT_TYPE, f"{content_type[:80]!r} is neither JSON nor MessagePack"
        )
        return
    try:
        delivery.message = by_stream[delivery.stream].decode(delivery.payload)
    except msgspec.ValidationError as error:
        if delivery.stream == "readings" and _decode_relaxed(delivery, content_type):
            return
        delivery.reject(reasons.WRONG_TYPE, str(error))
    except UNDECODABLE as error:
        delivery.reject(
            reasons.NOT_DECODABLE, f"not {FORMAT_NAMES[content_type]}: {str(error)[:200]}"
        )


def _decode_relaxed(delivery: Delivery, content_type: str) -> bool:
    """Saves the good readings of a message of which some are of the wrong type."""
    try:
        loose = RELAXED[content_type].decode(delivery.payload)
    except UNDECODABLE:
        return False
    good = {q: float(v) for q, v in loose.readings.items() if _is_number(v)}
    if len(loose.readings) > 64 or not good:
        return False
    for quantity, value in loose.readings.items():
        if quantity not in good:
            delivery.fault(reasons.NOT_A_NUMBER, f"{quantity[:64]}: {str(value)[:80]!r}")
    delivery.message = wire.Readings(boot=loose.boot, seq=loose.seq, time=loose.time, readings=good)
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
