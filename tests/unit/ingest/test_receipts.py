"""A receipt of a connection that is gone acknowledges nothing on the next one."""

import select
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from center.settings import IngestSettings
from ingest.broker import BrokerAddress
from ingest.delivery import Delivery
from ingest.gateway import Gateway

CONNECT, PUBACK, SUBSCRIBE = 0x10, 0x40, 0x82
CONNACK = bytes((0x20, 3, 1, 0, 0))  # the session was present
SUBACK = bytes((0x90, 4, 0, 1, 0, 1))
TOPIC = b"hy/v1/sensor/D-1/readings"


def publish(mid: int) -> bytes:
    body = len(TOPIC).to_bytes(2, "big") + TOPIC + mid.to_bytes(2, "big") + b"\x00{}"
    return bytes((0x32, len(body))) + body


class Peer:
    """A listener in the hands of the test: the broker's side, packet by packet."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._connection: socket.socket | None = None

    @property
    def is_called(self) -> bool:
        """Whether a connection waits to be accepted."""
        return bool(select.select([self._listener], [], [], 0)[0])

    @property
    def has_word(self) -> bool:
        """Whether something waits to be heard."""
        return bool(select.select([self._connection], [], [], 0)[0])

    def accept(self) -> None:
        self._connection, _ = self._listener.accept()

    def say(self, *packets: bytes) -> None:
        assert self._connection is not None
        self._connection.sendall(b"".join(packets))

    def hear(self) -> int:
        """The first byte of the next packet; each of ours is shorter than 128 bytes."""
        assert self._connection is not None
        head, length = self._connection.recv(2, socket.MSG_WAITALL)
        self._connection.recv(length, socket.MSG_WAITALL)
        return int(head)

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def close(self) -> None:
        self.hang_up()
        self._listener.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


def test_between_connect_and_connack_nothing_is_acknowledged(peer: Peer) -> None:
    """The old connection's packet identifier may by then be another message's."""
    came: list[Delivery] = []
    lost: list[str] = []
    address = BrokerAddress("127.0.0.1", peer.port, "ingest", "word", tls=False)
    limits = IngestSettings(ingest_connections=1)
    gateway = Gateway("ingest-1", address, limits, came.append, lost.append)

    def turn_until(happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not happened():
            assert time.monotonic() < deadline
            gateway.turn()

    turn_until(lambda: peer.is_called)
    peer.accept()
    assert peer.hear() == CONNECT
    peer.say(CONNACK)
    turn_until(lambda: peer.has_word)
    assert peer.hear() == SUBSCRIBE
    peer.say(SUBACK, publish(1))
    turn_until(lambda: bool(came))
    peer.hang_up()
    turn_until(lambda: peer.is_called)
    peer.accept()
    assert peer.hear() == CONNECT
    gateway.acknowledge(came)
    gateway.turn()
    peer.say(CONNACK)
    turn_until(lambda: peer.has_word)
    assert peer.hear() == SUBSCRIBE
    assert lost == ["the connection to the broker was lost"]
    gateway.stop()
    gateway.run()
