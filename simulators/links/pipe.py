"""One connection that only publishes, for the generator of the benches."""

import socket
import ssl

from simulators.links import packets
from simulators.links.link import Broker
from simulators.links.packets import Connack, Reader

CONNECT_SECONDS = 10.0
READ_BYTES = 1 << 16
LAST_PACKET_ID = 65535
# Not 0 nor the longest the broker allows: Mosquitto 2.0.21 takes both for long over.
KEEPALIVE_SECONDS = 600


class Pipe:
    """Writes many packets at once and counts the answers.

    Raises ConnectionError where the broker refuses a message or ends the connection.
    """

    def __init__(self, broker: Broker, client_id: str) -> None:
        self.unanswered = 0
        self.answered = 0
        self._packet_id = 0
        self._out: list[bytes] = []
        self._rest = b""
        self._reader = Reader()
        self.sock = socket.create_connection(broker[:2], CONNECT_SECONDS)
        if broker.tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=broker.host)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        hello = packets.connect(
            client_id, broker.username or "", broker.password or "", KEEPALIVE_SECONDS, 0
        )
        self.sock.sendall(hello)
        (connack,) = self._reader.feed(self.sock.recv(READ_BYTES))
        code = Connack.read(connack.body).code
        if code:
            raise ConnectionError(f"the broker refused {client_id} with {code:#x}")
        self.sock.setblocking(False)

    def publish(self, topic: bytes, payload: bytes) -> None:
        """Queue one message at QoS 1; `topic` with its length in front."""
        packet_id = self._packet_id % LAST_PACKET_ID + 1
        self._packet_id = packet_id
        self.unanswered += 1
        self._out.append(packets.publish(topic, packet_id, b"\0", payload, 0))

    def flush(self) -> None:
        """Write as much as the socket takes."""
        if not self._out and not self._rest:
            return
        data = b"".join((self._rest, *self._out))
        self._out.clear()
        try:
            sent = self.sock.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError):
            sent = 0
        self._rest = data[sent:]

    def read(self) -> None:
        """Take the answers that are there."""
        try:
            data = self.sock.recv(READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        if not data:
            raise ConnectionError("the broker ended a connection")
        for packet in self._reader.feed(data):
            if packet.kind != packets.PUBACK or any(packet.body[2:3]):
                raise ConnectionError(f"the broker answered {packet.kind:#x} {packet.body.hex()}")
            self.unanswered -= 1
            self.answered += 1

    def close(self) -> None:
        self.sock.close()
