"""MQTT 5 packets as a broker writes them, made of any values."""

from dataclasses import dataclass

from hypothesis import strategies as st

from ingest.publish_packets import Publish


@dataclass(frozen=True)
class Packet:
    """First byte and body of a packet; `says`: what a PUBLISH says, None for any other."""

    head: int
    body: bytes
    says: Publish | None = None

    @property
    def whole(self) -> bytes:
        """As it goes over the wire."""
        return bytes((self.head,)) + encoded_length(len(self.body)) + self.body


def encoded_length(value: int) -> bytes:
    """A variable byte integer (section 1.5.5)."""
    digits = bytearray()
    while True:
        value, digit = divmod(value, 128)
        digits.append(digit | (128 if value else 0))
        if not value:
            return bytes(digits)


def text(value: str) -> bytes:
    """A UTF-8 string (section 1.5.4)."""
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def number(size: int) -> st.SearchStrategy[bytes]:
    """An integer of so many bytes."""
    return st.binary(min_size=size, max_size=size)


WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
PAYLOADS = st.binary(max_size=300)
IDENTIFIERS = st.integers(1, 65_535)
# Every property that a PUBLISH may have beside the content type, as its bytes.
OTHER_PROPERTIES = st.one_of(
    number(1).map(lambda value: b"\x01" + value),
    number(4).map(lambda value: b"\x02" + value),
    WORDS.map(lambda topic: b"\x08" + text(topic)),
    st.binary(max_size=40).map(lambda data: b"\x09" + len(data).to_bytes(2, "big") + data),
    st.integers(1, 268_435_455).map(lambda value: b"\x0b" + encoded_length(value)),
    number(2).map(lambda value: b"\x23" + value),
    st.tuples(WORDS, WORDS).map(lambda pair: b"\x26" + text(pair[0]) + text(pair[1])),
)


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    """A PUBLISH of any topic, payload, quality of service and properties."""
    topic, payload, content_type = draw(WORDS), draw(PAYLOADS), draw(st.none() | WORDS)
    mid = draw(st.just(0) | IDENTIFIERS)
    properties = draw(st.lists(OTHER_PROPERTIES, max_size=4))
    if content_type is not None:
        at = draw(st.integers(0, len(properties)))
        properties.insert(at, b"\x03" + text(content_type))
    joined = b"".join(properties)
    body = text(topic) + (mid.to_bytes(2, "big") if mid else b"")
    body += encoded_length(len(joined)) + joined + payload
    head = 0x30 | (0x02 if mid else 0) | draw(st.sampled_from([0, 1, 8, 9] if mid else [0, 1]))
    return Packet(head, body, Publish(topic.encode(), payload, mid, content_type))


# CONNACK, SUBACK, UNSUBACK, PINGRESP, DISCONNECT: for the client, whatever is in them.
others = st.builds(Packet, st.sampled_from([0x20, 0x90, 0xB0, 0xD0, 0xE0]), st.binary(max_size=300))
