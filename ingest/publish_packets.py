"""PUBLISH packets of MQTT 5 (OASIS standard, section 3.3), read straight from a buffer."""

import struct
from typing import NamedTuple

# paho-mqtt spends some 70 microseconds on each message: it builds a table of all properties, an
# object with a condition variable, and takes five locks. A gateway reads nothing but PUBLISH at
# thousands a second, so these packets are taken out before the client sees them, and the client
# does the rest of the protocol: docs/decisions/0002-own-publish-reader.md.

PUBLISH = 0x30
_CONTENT_TYPE = 0x03
_VARIABLE = -1
_PAIR = -2
_INTEGER = -3
# Length of each property a PUBLISH may have (table 2-4): bytes, or how its length is told.
_PROPERTY_LENGTHS = {
    0x01: 1,  # payload format indicator
    0x02: 4,  # message expiry interval
    0x03: _VARIABLE,  # content type
    0x08: _VARIABLE,  # response topic
    0x09: _VARIABLE,  # correlation data
    0x0B: _INTEGER,  # subscription identifier
    0x23: 2,  # topic alias
    0x26: _PAIR,  # user property
}
_u16 = struct.Struct(">H")


class MalformedPacket(ValueError):
    """The broker sent bytes that are no MQTT packet: the connection is of no more use."""


class Publish(NamedTuple):
    """One PUBLISH: `topic` as it came, in bytes; `mid` is 0 at QoS 0."""

    topic: bytes
    payload: bytes
    mid: int
    content_type: str | None


def variable_integer(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """A variable byte integer and where it ends; None when more bytes are needed."""
    value = 0
    for shift in range(0, 28, 7):
        if at >= len(data):
            return None
        digit = data[at]
        at += 1
        value |= (digit & 127) << shift
        if digit < 128:
            return value, at
    raise MalformedPacket("a length of more than four bytes")


def parse(head: int, data: bytes | bytearray, at: int, end: int) -> Publish:
    """The PUBLISH whose first byte was `head` and whose body is `data[at:end]`.

    Raises:
        MalformedPacket: lengths inside the packet do not fit.
    """
    try:
        topic_end = at + 2 + _u16.unpack_from(data, at)[0]
        topic = bytes(data[at + 2 : topic_end])
        at = topic_end
        mid = 0
        if head & 0x06:
            mid = _u16.unpack_from(data, at)[0]
            at += 2
        # What stands behind `end` is another packet: reading into it must not pass for success.
        if at < end and data[at] == 0:
            return Publish(topic, bytes(data[at + 1 : end]), mid, None)
        found = variable_integer(data, at)
        if found is None:
            raise MalformedPacket("properties without an end")
        length, at = found
        if at + length > end:
            raise MalformedPacket("properties longer than their packet")
        content_type = _content_type(bytes(data[at : at + length]))
        return Publish(topic, bytes(data[at + length : end]), mid, content_type)
    except (struct.error, IndexError) as error:
        raise MalformedPacket("a PUBLISH that ends too soon") from error


def _content_type(properties: bytes) -> str | None:
    at = 0
    while at < len(properties):
        identifier = properties[at]
        start, at = _skip(identifier, properties, at + 1)
        if at > len(properties):
            raise MalformedPacket("a property longer than all of them")
        if identifier == _CONTENT_TYPE:
            return properties[start + 2 : at].decode("utf-8", "replace")
    return None


def _skip(identifier: int, data: bytes, at: int) -> tuple[int, int]:
    """Start and end of a property's value."""
    length = _PROPERTY_LENGTHS.get(identifier)
    if length is None:
        raise MalformedPacket(f"unknown property {identifier:#x}")
    if length == _INTEGER:
        found = variable_integer(data, at)
        if found is None:
            raise MalformedPacket("an integer without an end")
        return at, found[1]
    if length >= 0:
        return at, at + length
    end = at
    for _ in range(2 if length == _PAIR else 1):
        end += 2 + int(_u16.unpack_from(data, end)[0])
    return at, end
