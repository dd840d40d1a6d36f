"""A load generator: many device ids over some connections, QoS 1, at a given rate."""

import multiprocessing
import selectors
import socket
import struct
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ingest import wire
from ingest.broker import BrokerAddress
from simulators.links import packets

WINDOW = 200  # unacknowledged messages of one connection
KEEPALIVE_SECONDS = 60
NO_PROPERTIES = b"\0"
TICK_SECONDS = 0.01
LATE = timedelta(hours=3)


@dataclass(frozen=True)
class Load:
    """What is sent: `rate` messages/s for `seconds`, by `devices` over `connections`.

    A message carries all `quantities` of a sensor: a plausible value, swaying with the number. One
    in `one_in_partial` carries only the first; one in `one_in_late` is of three hours ago.
    """

    address: BrokerAddress
    devices: tuple[str, ...]
    quantities: tuple[tuple[str, float], ...]
    connections: int
    rate: float
    seconds: float
    boot: int
    first_seq: int = 0
    one_in_partial: int = 100
    one_in_late: int = 0  # 0: none
    first_connection: int = 0  # of two loads at once each has accounts of its own


@dataclass
class Sent:
    """What came of it: acknowledged by the broker, refused by it, and how long it took."""

    published: int = 0
    acknowledged: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0


class _Connection:
    def __init__(self, number: int, load: Load) -> None:
        address = load.address
        self.socket = socket.create_connection((address.host, address.port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = f"{address.username}-{number}"
        self.socket.sendall(
            packets.connect(name, name, address.password, KEEPALIVE_SECONDS, session=0)
        )
        answer = self.socket.recv(4096)
        if answer[0] != packets.CONNACK or answer[3] != 0:
            raise ConnectionRefusedError(f"the broker answered {answer[:4].hex()}")
        self.socket.setblocking(False)
        self.free = deque(range(1, WINDOW + 1))
        self.reader = packets.Reader()
        self.out = bytearray()

    def read(self, sent: Sent) -> None:
        for kind, _, body in self.reader.feed(self.socket.recv(65536)):
            if kind != packets.PUBACK:
                raise ConnectionError(f"unexpected packet {kind:#x} {body[:8].hex()}")
            self.free.append(struct.unpack_from(">H", body)[0])
            # 0x10 "no matching subscribers" is no error to the broker; to us it is not delivered.
            if len(body) > 2 and body[2]:
                sent.refused[body[2]] = sent.refused.get(body[2], 0) + 1
            else:
                sent.acknowledged += 1

    def flush(self) -> None:
        try:
            while self.out:
                del self.out[: self.socket.send(self.out)]
        except BlockingIOError:
            return


class _Device:
    __slots__ = ("seq", "topic")

    def __init__(self, device_id: str, seq: int) -> None:
        self.topic = packets.text(wire.topic("sensor", device_id, "readings"))
        self.seq = seq


def run(load: Load) -> Sent:
    """Sends the load from this process and waits for the last acknowledgement (60 s at most)."""
    sent = Sent()
    connections = [_Connection(load.first_connection + n, load) for n in range(load.connections)]
    fleet: list[deque[_Device]] = [deque() for _ in connections]
    for n, device_id in enumerate(load.devices):
        fleet[n % load.connections].append(_Device(device_id, load.first_seq))
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        _send(load, sent, connections, fleet, selector)
        deadline = time.monotonic() + 60
        while _pending(connections) and time.monotonic() < deadline:
            _exchange(selector, connections, sent, 0.1)
    for connection in connections:
        connection.socket.close()
    sent.cpu_seconds = time.process_time()
    return sent


def _pending(connections: list[_Connection]) -> bool:
    return any(len(connection.free) < WINDOW for connection in connections)


def _send(
    load: Load,
    sent: Sent,
    connections: list[_Connection],
    fleet: list[deque[_Device]],
    selector: selectors.BaseSelector,
) -> None:
    whole, partial = _template(load, len(load.quantities)), _template(load, 1)
    began = time.monotonic()
    turn = 0
    total = int(load.rate * load.seconds)
    while sent.published < total:
        due = min(total, int((time.monotonic() - began) * load.rate))
        moment = datetime.now(UTC)
        stamp, earlier = _stamp(moment), _stamp(moment - LATE)
        skipped = 0
        while sent.published < due and skipped < len(connections):
            n = turn % len(connections)
            turn += 1
            connection = connections[n]
            if not connection.free:
                skipped += 1
                continue
            skipped = 0
            device = fleet[n][0]
            fleet[n].rotate(-1)
            number = sent.published
            some = number % load.one_in_partial == 0
            late = load.one_in_late and number % load.one_in_late == 1
            values = _values(device.seq, load, 1 if some else len(load.quantities))
            payload = (partial if some else whole) % (
                device.seq,
                earlier if late else stamp,
                *values,
            )
            connection.out += packets.publish(
                device.topic, connection.free.popleft(), NO_PROPERTIES, payload.encode(), 0
            )
            device.seq += 1
            sent.published += 1
        _exchange(selector, connections, sent, TICK_SECONDS)
    sent.seconds = time.monotonic() - began


def _exchange(
    selector: selectors.BaseSelector, connections: list[_Connection], sent: Sent, timeout: float
) -> None:
    for connection in connections:
        if connection.out:
            connection.flush()
    for key, _ in selector.select(timeout):
        key.data.read(sent)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _template(load: Load, count: int) -> str:
    names = ",".join(f'"{quantity}":%.1f' for quantity, _ in load.quantities[:count])
    return f'{{"boot":{load.boot},"seq":%d,"time":"%s","readings":{{{names}}}}}'


def _values(seq: int, load: Load, count: int) -> tuple[float, ...]:
    sway = (seq * 7 % 10) / 10
    return tuple(middle + sway for _, middle in load.quantities[:count])


def spawn(load: Load) -> "multiprocessing.pool.AsyncResult[Sent]":
    """Runs the load in a process of its own; `.get()` waits for what came of it."""
    pool = multiprocessing.get_context("spawn").Pool(1)
    result = pool.apply_async(run, (load,))
    pool.close()
    return result
