"""The few MQTT 5 packets a load generator needs, written straight into bytes."""

import struct

# A client library would cost the generator more than the broker and the store together, and the
# bench would then measure the generator.
CONNACK, PUBACK = 0x20, 0x40
KEEPALIVE_SECONDS = 60


def _string(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded


def _length(value: int) -> bytes:
    out = bytearray()
    while True:
        value, digit = divmod(value, 128)
        out.append(digit | (0x80 if value else 0))
        if not value:
            return bytes(out)


def connect(client_id: str, username: str, password: str) -> bytes:
    """CONNECT of MQTT 5 with a clean start."""
    body = _string("MQTT") + bytes((5, 0b1100_0010)) + struct.pack(">H", KEEPALIVE_SECONDS) + b"\0"
    body += _string(client_id) + _string(username) + _string(password)
    return b"\x10" + _length(len(body)) + body


def publish(topic: bytes, packet_id: int, payload: bytes) -> bytes:
    """PUBLISH at QoS 1 without properties; `topic` with its length in front (`topic_field`)."""
    remaining = len(topic) + 3 + len(payload)
    return b"".join((b"\x32", _length(remaining), topic, struct.pack(">HB", packet_id, 0), payload))


def topic_field(topic: str) -> bytes:
    """A topic as it stands in a PUBLISH."""
    return _string(topic)


def split(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Whole packets of a byte stream as (type, body), and the rest."""
    packets = []
    at, end = 0, len(data)
    while end - at >= 2:
        length, shift, place = 0, 0, at + 1
        while place < end:
            digit = data[place]
            length |= (digit & 127) << shift
            shift += 7
            place += 1
            if digit < 128:
                break
        else:
            break
        if end - place < length:
            break
        packets.append((data[at] & 0xF0, data[place : place + length]))
        at = place + length
    return packets, data[at:]
