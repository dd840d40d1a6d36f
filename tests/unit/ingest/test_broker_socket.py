"""The sieving socket: PUBLISH to us, the rest to the client, in order, however they are cut."""

import itertools
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.broker_socket import SievingSocket
from ingest.publish_packets import MalformedPacket, Publish
from tests.unit.ingest.packets import Packet, others, packets

Pair = tuple[SievingSocket, socket.socket]


def connected() -> Pair:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    return SievingSocket(ours), theirs


@pytest.fixture
def pair() -> Iterator[Pair]:
    sieve, theirs = connected()
    yield sieve, theirs
    sieve.close()
    theirs.close()


def drain(sieve: SievingSocket, bufsize: int) -> list[Publish | bytes]:
    """What comes out in one round, as a session reads it."""
    found: list[Publish | bytes] = []
    while True:
        found += sieve.publishes()
        if not sieve.pending():
            return found
        packet = b""
        while sieve.pending():
            packet += sieve.recv(bufsize)
        found.append(packet)


@given(
    st.lists(st.one_of(packets(), others), min_size=1, max_size=8),
    st.lists(st.integers(min_value=0), max_size=6),
    st.integers(1, 64),
)
def test_however_the_stream_is_cut_the_packets_come_out_in_order(
    sent: list[Packet], cuts: list[int], bufsize: int
) -> None:
    sieve, theirs = connected()
    stream = b"".join(packet.whole for packet in sent)
    places = sorted({cut % len(stream) for cut in cuts} | {0, len(stream)})
    came: list[Publish | bytes] = []
    for start, end in itertools.pairwise(places):
        theirs.sendall(stream[start:end])
        sieve.fill()
        came += drain(sieve, bufsize)
    assert came == [packet.says or packet.whole for packet in sent]
    assert not sieve.ended
    sieve.close()
    theirs.close()


def test_a_length_of_five_bytes_is_no_packet(pair: Pair) -> None:
    sieve, theirs = pair
    theirs.sendall(b"\x30\xff\xff\xff\xff\x01")
    sieve.fill()
    with pytest.raises(MalformedPacket):
        list(sieve.publishes())


def test_what_came_before_the_end_is_still_read(pair: Pair) -> None:
    sieve, theirs = pair
    theirs.sendall(Packet(0x30, b"\x00\x01t\x00{}").whole + b"\xd0\x00")
    theirs.close()
    sieve.fill()
    assert drain(sieve, 64) == [Publish(b"t", b"{}", 0, None), b"\xd0\x00"]
    sieve.fill()
    assert sieve.ended
    assert sieve.recv(64) == b""


def test_the_client_waits_where_nothing_is_for_it(pair: Pair) -> None:
    sieve, theirs = pair
    theirs.sendall(b"\x20\x03\x00")
    sieve.fill()
    assert list(sieve.publishes()) == []
    with pytest.raises(BlockingIOError):
        sieve.recv(64)


def test_acknowledgements_that_the_kernel_does_not_take_are_kept(pair: Pair) -> None:
    sieve, theirs = pair
    theirs.setblocking(False)
    heard = bytearray()
    for start in range(1, 60_001, 20_000):
        for _ in range(5):
            sieve.acknowledge(range(start, start + 20_000))
    assert sieve.unsent
    while sieve.unsent or len(heard) < 4 * 300_000:
        heard += theirs.recv(1_000_000)
        sieve.flush()
    once = b"".join(b"\x40\x02" + mid.to_bytes(2, "big") for mid in range(1, 20_001))
    assert heard[: len(once)] == once
    assert len(heard) == 4 * 300_000
