"""PUBLISH packets: whatever the bytes, either what the packet says or `MalformedPacket`."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.publish_packets import MalformedPacket, Publish, parse
from tests.unit.ingest.packets import Packet, encoded_length, packets, text

TYPE = b"\x03" + text("application/msgpack")


def read(packet: Packet, behind: bytes = b"") -> Publish:
    return parse(packet.head, packet.body + behind, 0, len(packet.body))


class Bad(NamedTuple):
    body: bytes
    why: str


@pytest.mark.parametrize(
    "bad",
    [
        Bad(b"", "no topic"),
        Bad(b"\x00\x09topic", "a topic longer than the packet"),
        Bad(b"\x00\x01t\x00", "half a packet identifier"),
        Bad(b"\x00\x01t\x00\x07", "no properties"),
        Bad(b"\x00\x01t\x00\x07\x80", "a length without an end"),
        Bad(b"\x00\x01t\x00\x07\xff\xff\xff\xff\x01", "a length of five bytes"),
        Bad(b"\x00\x01t\x00\x07\x06\x01\x00", "properties longer than the packet"),
        Bad(b"\x00\x01t\x00\x07\x03\x03\x00\x09", "a property longer than all of them"),
        Bad(b"\x00\x01t\x00\x07\x02\x7e\x00", "an unknown property"),
        Bad(b"\x00\x01t\x00\x07\x02\x0b\x80", "an integer without an end"),
    ],
)
@pytest.mark.parametrize("behind", [b"", b"\x00" * 32, b"\x32\x07\x00\x01t\x00\x08\x00x" * 4])
def test_a_packet_that_does_not_fit_is_refused(bad: Bad, behind: bytes) -> None:
    with pytest.raises(MalformedPacket):
        read(Packet(0x32, bad.body), behind)


@given(packets())
def test_a_packet_is_read_as_it_was_written(packet: Packet) -> None:
    assert read(packet) == packet.says


@given(packets(), st.integers(min_value=1), st.binary(max_size=40))
def test_a_packet_cut_short_never_takes_of_the_next(
    packet: Packet, cut: int, behind: bytes
) -> None:
    body = packet.body[: len(packet.body) - 1 - cut % len(packet.body)]
    try:
        found = read(Packet(packet.head, body), behind)
    except MalformedPacket:
        return
    assert packet.says is not None
    assert found.topic == packet.says.topic
    assert packet.says.payload.startswith(found.payload)


@given(st.sampled_from([0x30, 0x32, 0x3A, 0x3D]), st.binary(max_size=60), st.binary(max_size=60))
def test_what_stands_behind_a_packet_never_matters(head: int, body: bytes, behind: bytes) -> None:
    def outcome(packet: bytes) -> Publish | None:
        try:
            return parse(head, packet, 0, len(body))
        except MalformedPacket:
            return None

    alone = outcome(body)
    assert outcome(body + behind) == alone
    if alone is not None:
        assert len(alone.topic) + len(alone.payload) <= len(body)


def test_the_content_type_is_found_behind_other_properties() -> None:
    properties = b"\x01\x01" + b"\x26" + text("a") + text("b") + TYPE + b"\x02\x00\x00\x00\x09"
    body = text("t") + b"\x00\x07" + encoded_length(len(properties)) + properties + b"{}"
    assert read(Packet(0x32, body)) == Publish(b"t", b"{}", 7, "application/msgpack")
