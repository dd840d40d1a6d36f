"""One connection of a concentrator: speaks for many devices under an account `load-N`."""

import os
import socket
import ssl
from collections import deque
from functools import partial
from random import Random
from typing import Protocol

from ingest import wire
from simulators.device import Sending
from simulators.engine import READ, WRITE, Engine
from simulators.links import packets
from simulators.links.link import KEEPALIVE_SECONDS, Backoff, Broker
from simulators.links.packets import Connack, Malformed, Packet, Published
from simulators.randomness import generator

CONNECT_SECONDS = 3.0
MOST_UNDER_WAY = 500
LAST_PACKET_ID = 65534  # of a publication; one more for the subscription
READ_BYTES = 1 << 16
COMMANDS = wire.topic("+", "+", "command")


class Port(Protocol):
    """One device's share of the connection."""

    def answered(self, sending: Sending, code: int) -> None: ...

    def link_changed(self) -> None: ...

    def room_again(self) -> None: ...


class Switchboard(Protocol):
    """Who knows which device a command is for."""

    def heard(self, topic: str, payload: bytes, content_type: str) -> None: ...


class SharedLink:
    """A lean MQTT 5 publisher: packs by hand, writes many packets at once, reads answers at once.

    One of the links of a concentrator also listens for the commands of all its devices.
    """

    def __init__(
        self, engine: Engine, broker: Broker, name: str, chance: Random,
        commands: Switchboard | None = None,
    ) -> None:  # fmt: skip
        self.up = False
        self.ports: list[Port] = []
        self._engine = engine
        self._broker = broker
        self._name = name  # user name and client id
        self._commands = commands
        self._backoff = Backoff(chance)
        self._sock: socket.socket | None = None
        self._reader = packets.Reader()
        self._out: deque[bytes] = deque()
        self._writing = False
        self._packet_id = 0
        self._window = MOST_UNDER_WAY
        self._sent: dict[int, tuple[Port, Sending]] = {}
        self._properties = {
            name: packets.content_type(name) for name in (wire.JSON, wire.MESSAGEPACK)
        }
        self._starved: dict[Port, None] = {}
        self._closing = False

    def open(self) -> None:
        """Connect, and again after each loss, until `close`."""
        if self._closing:
            return
        try:
            sock = socket.create_connection(self._broker[:2], CONNECT_SECONDS)
            if self._broker.tls:
                context = ssl.create_default_context()
                sock = context.wrap_socket(sock, server_hostname=self._broker.host)
        except OSError:
            self._engine.after(self._backoff.pause(), self.open)
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock, self._reader = sock, packets.Reader()
        self._out.clear()
        self._writing = False
        self._engine.watch(sock, self._ready)
        name, secret = self._name, self._broker.password or ""
        self._write(packets.connect(name, name, secret, KEEPALIVE_SECONDS, 0))
        self._engine.after(KEEPALIVE_SECONDS / 2, partial(self._ping, sock))

    def room(self, port: Port) -> bool:
        """Whether the broker's window has room for one more; if not, the port is told later."""
        if len(self._sent) < self._window:
            return True
        self._starved[port] = None
        return False

    def publish(self, port: Port, sending: Sending, content_type: str) -> None:
        packet_id = self._packet_id % LAST_PACKET_ID + 1
        self._packet_id = packet_id
        self._sent[packet_id] = (port, sending)
        topic = packets.text(sending.topic)
        properties = self._properties[content_type]
        self._write(packets.publish(topic, packet_id, properties, sending.payload, sending.retain))

    def close(self) -> None:
        """Good-bye after what has been written."""
        self._closing = True
        if self._sock is not None:
            self._write(packets.DISCONNECT_PACKET)

    # --- the socket --------------------------------------------------------------------------

    def _write(self, packet: bytes) -> None:
        if not self._out:
            self._engine.soon(self._flush)
        self._out.append(packet)

    def _flush(self) -> None:
        if self._sock is None or not self._out:
            return
        data = b"".join(self._out)
        self._out.clear()
        try:
            sent = self._sock.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError):
            sent = 0
        except OSError:
            self._lost()
            return
        if sent < len(data):
            self._out.append(data[sent:])
        self._watch_writing(bool(self._out))

    def _watch_writing(self, writing: bool) -> None:
        if writing != self._writing and self._sock is not None:
            self._writing = writing
            self._engine.rewatch(self._sock, self._ready, READ | WRITE if writing else READ)

    def _ready(self, events: int) -> None:
        if events & WRITE:
            self._flush()
        if events & READ and self._sock is not None:
            self._read(self._sock)

    def _read(self, sock: socket.socket) -> None:
        try:
            data = sock.recv(READ_BYTES)
            received = self._reader.feed(data)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except (OSError, Malformed):
            data, received = b"", []
        for packet in received:
            self._handle(packet)
        if not data:
            self._lost()

    def _lost(self) -> None:
        if self._sock is None:
            return
        self._engine.unwatch(self._sock)
        self._sock.close()
        self._sock = None
        self._sent.clear()
        self._starved.clear()
        was_up, self.up = self.up, False
        if was_up:
            self._tell_ports()
        self._engine.after(self._backoff.pause(), self.open)

    def _ping(self, sock: socket.socket) -> None:
        if self._sock is sock:
            self._write(packets.PINGREQ_PACKET)
            self._engine.after(KEEPALIVE_SECONDS / 2, partial(self._ping, sock))

    # --- packets -----------------------------------------------------------------------------

    def _handle(self, packet: Packet) -> None:
        if packet.kind == packets.PUBACK:
            self._acknowledged(packet.body)
        elif packet.kind == packets.PUBLISH:
            self._command(Published.read(packet))
        elif packet.kind == packets.CONNACK:
            self._connected(Connack.read(packet.body))

    def _acknowledged(self, body: bytes) -> None:
        found = self._sent.pop(body[0] << 8 | body[1], None)
        if found is not None:
            port, sending = found
            port.answered(sending, body[2] if len(body) > 2 else 0)
        while self._starved and len(self._sent) < self._window:
            starved = next(iter(self._starved))
            del self._starved[starved]
            starved.room_again()

    def _connected(self, connack: Connack) -> None:
        if connack.code:
            return  # the broker ends the connection
        self.up = True
        self._backoff.reset()
        self._window = min(MOST_UNDER_WAY, connack.receive_maximum)
        if self._commands is not None:
            self._write(packets.subscribe(LAST_PACKET_ID + 1, COMMANDS))
        self._tell_ports()

    def _command(self, published: Published) -> None:
        if published.packet_id:
            self._write(packets.puback(published.packet_id))
        if self._commands is not None:
            self._commands.heard(published.topic, published.payload, published.content_type)

    def _tell_ports(self) -> None:
        for port in self.ports:
            port.link_changed()


def open_links(
    engine: Engine, broker: Broker, count: int, commands: Switchboard
) -> list[SharedLink]:
    """The connections of the one concentrator (`load-0` ...); the first listens for commands."""
    made = []
    for number in range(count):
        name = f"{broker.username}-{number}"
        chance = generator(0, name, os.getpid())
        made.append(SharedLink(engine, broker, name, chance, None if number else commands))
        engine.soon(made[-1].open)
    return made
