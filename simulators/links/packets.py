"""The few MQTT 5 packets a publisher needs, packed and read without ceremony (OASIS MQTT 5.0)."""

import struct
from typing import NamedTuple

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP, DISCONNECT = 0x20, 0x30, 0x40, 0x90, 0xD0, 0xE0
PINGREQ_PACKET = b"\xc0\x00"
DISCONNECT_PACKET = b"\xe0\x00"
WITH_PASSWORD, CLEAN_START = 0xC0, 0x02  # flags of CONNECT; a user name is with the password
SESSION_EXPIRY, RECEIVE_MAXIMUM, CONTENT_TYPE = 0x11, 0x21, 0x03


class Malformed(ValueError):
    """The peer does not speak MQTT 5."""


def length(number: int) -> bytes:
    """A variable byte integer (section 1.5.5)."""
    if number < 0x80:
        return bytes((number,))
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    return bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80)) + length(number >> 14)


def text(word: str | bytes) -> bytes:
    raw = word.encode() if isinstance(word, str) else word
    return struct.pack("!H", len(raw)) + raw


def connect(client_id: str, username: str, password: str, keepalive: int, session: int) -> bytes:
    """Clean start; the session ends `session` seconds after the connection."""
    return _hello(CLEAN_START, client_id, username, password, keepalive, session)


def resume(client_id: str, username: str, password: str, keepalive: int, session: int) -> bytes:
    """Goes on with a session that the broker has kept, if it has."""
    return _hello(0, client_id, username, password, keepalive, session)


def _hello(
    start: int, client_id: str, username: str, password: str, keepalive: int, session: int
) -> bytes:
    properties = struct.pack("!BI", SESSION_EXPIRY, session)
    body = text("MQTT") + struct.pack("!BBH", 5, WITH_PASSWORD | start, keepalive)
    body += length(len(properties)) + properties
    body += text(client_id) + text(username) + text(password)
    return b"\x10" + length(len(body)) + body


def subscribe(packet_id: int, topic_filter: str) -> bytes:
    """QoS 1."""
    body = struct.pack("!HB", packet_id, 0) + text(topic_filter) + b"\x01"
    return b"\x82" + length(len(body)) + body


def content_type(name: str) -> bytes:
    """Properties of a PUBLISH that carry a content type, their length in front."""
    body = bytes((CONTENT_TYPE,)) + text(name)
    return length(len(body)) + body


def publish(topic: bytes, packet_id: int, properties: bytes, payload: bytes, retain: int) -> bytes:
    """QoS 1; `topic` with its length (`text`), `properties` with theirs."""
    rest = len(topic) + 2 + len(properties) + len(payload)
    head = b"\x33" if retain else b"\x32"
    return b"".join((head, length(rest), topic, packet_id.to_bytes(2, "big"), properties, payload))


def puback(packet_id: int) -> bytes:
    return struct.pack("!BBH", PUBACK, 2, packet_id)


class Packet(NamedTuple):
    kind: int
    flags: int
    body: bytes


class Reader:
    """Cuts a stream of bytes into packets."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that are complete now; raises Malformed."""
        data, place, packets = self._left + data if self._left else data, 0, []
        while (found := _header(data, place)) is not None:
            start, end = found
            if end > len(data):
                break
            packets.append(Packet(data[place] & 0xF0, data[place] & 0x0F, data[start:end]))
            place = end
        self._left = data[place:]
        return packets


def _header(data: bytes, place: int) -> tuple[int, int] | None:
    """Where the body of the packet at `place` starts and ends; None if that cannot be said yet."""
    size, shift = 0, 0
    for index in range(place + 1, min(place + 5, len(data))):
        size |= (data[index] & 0x7F) << shift
        if data[index] < 0x80:
            return index + 1, index + 1 + size
        shift += 7
    if len(data) - place >= 5:
        raise Malformed("length of a packet has no end")
    return None


class Connack(NamedTuple):
    code: int
    receive_maximum: int

    @classmethod
    def read(cls, body: bytes) -> "Connack":
        maximum = _properties(body, 2)[0].get(RECEIVE_MAXIMUM)
        return cls(body[1], maximum if isinstance(maximum, int) else 65535)


class Published(NamedTuple):
    """A PUBLISH that came to us."""

    topic: str
    packet_id: int  # 0 at QoS 0
    content_type: str
    payload: bytes

    @classmethod
    def read(cls, packet: Packet) -> "Published":
        body = packet.body
        (size,) = struct.unpack_from("!H", body)
        place, packet_id = 2 + size, 0
        if packet.flags & 0x06:
            (packet_id,) = struct.unpack_from("!H", body, place)
            place += 2
        found, end = _properties(body, place)
        content = found.get(CONTENT_TYPE, b"")
        name = content.decode() if isinstance(content, bytes) else ""
        return cls(body[2 : 2 + size].decode(), packet_id, name, body[end:])


# Length in bytes of the properties a broker may send; -1: a string or binary, -2: two strings,
# -3: a variable byte integer (section 2.2.2.2).
_SIZES = {
    0x01: 1, 0x02: 4, 0x03: -1, 0x08: -1, 0x09: -1, 0x0B: -3, 0x11: 4, 0x12: -1, 0x13: 2,
    0x15: -1, 0x16: -1, 0x1A: -1, 0x1C: -1, 0x1F: -1, 0x21: 2, 0x22: 2, 0x23: 2, 0x24: 1,
    0x25: 1, 0x26: -2, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1,
}  # fmt: skip


def _properties(body: bytes, place: int) -> tuple[dict[int, int | bytes], int]:
    size, place = _number(body, place)
    end, found = place + size, {}
    while place < end:
        key = body[place]
        place += 1
        found[key], place = _value(body, place, _SIZES.get(key, 0))
    return found, end


def _value(body: bytes, place: int, size: int) -> tuple[int | bytes, int]:
    if size > 0:
        return int.from_bytes(body[place : place + size], "big"), place + size
    if size == -3:
        return _number(body, place)
    value = b""
    for _ in range(-size):
        (long,) = struct.unpack_from("!H", body, place)
        value, place = body[place + 2 : place + 2 + long], place + 2 + long
    if not size:
        raise Malformed("unknown property")
    return value, place


def _number(body: bytes, place: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = body[place]
        value |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return value, place
        shift += 7
