"""The lean MQTT 5 packets, against the reader of another implementation and against garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.links import packets
from simulators.links.packets import Connack, Malformed, Packet, Published, Reader


@pytest.mark.parametrize(
    ("number", "coded"),
    [
        (0, "00"), (127, "7f"), (128, "8001"), (16_383, "ff7f"), (16_384, "808001"),
        (2_097_151, "ffff7f"), (268_435_455, "ffffff7f"),
    ],
)  # fmt: skip
def test_lengths_are_those_of_the_standard(number: int, coded: str) -> None:
    """Table 1-1 of MQTT 5.0."""
    assert packets.length(number).hex() == coded


@given(
    st.text("abc/", min_size=1, max_size=40), st.integers(1, 65535), st.binary(max_size=300),
    st.integers(1, 50),
)  # fmt: skip
def test_a_publication_is_read_as_it_was_written_in_whatever_pieces(
    topic: str, packet_id: int, payload: bytes, piece: int
) -> None:
    properties = packets.content_type("application/json")
    raw = packets.publish(packets.text(topic), packet_id, properties, payload, 0)
    reader, found = Reader(), []
    for start in range(0, len(raw), piece):
        found += reader.feed(raw[start : start + piece])
    (packet,) = found
    assert Published.read(packet) == (topic, packet_id, "application/json", payload)


def test_several_packets_in_one_piece_are_told_apart() -> None:
    raw = packets.puback(7) + packets.PINGREQ_PACKET + packets.puback(300)
    assert [(p.kind, p.body.hex()) for p in Reader().feed(raw)] == [
        (0x40, "0007"), (0xC0, ""), (0x40, "012c"),
    ]  # fmt: skip


def test_a_length_without_an_end_is_refused() -> None:
    with pytest.raises(Malformed):
        Reader().feed(b"\x40\xff\xff\xff\xff\x01")


def test_a_connack_tells_the_brokers_window() -> None:
    body = bytes.fromhex("0000" + "06" + "21" + "0014" + "22" + "000a")
    assert Connack.read(body) == (0, 20)
    assert Connack.read(bytes.fromhex("008700")) == (0x87, 65535)


def test_a_publication_without_a_content_type_has_none() -> None:
    body = packets.text("a") + b"\x00" + b"payload"
    assert Published.read(Packet(packets.PUBLISH, 0, body)) == ("a", 0, "", b"payload")
