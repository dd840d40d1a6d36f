"""As many messages a second as asked for, at the least cost: the generator of the benches.

Devices here only count and publish: no buffer, no commands, no faults (`simulators.run` has
those). It is meant to run in a process of its own, see `run`.
"""

import selectors
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import msgspec

from ingest import wire
from simulators.links import packets
from simulators.links.link import Broker
from simulators.links.pipe import Pipe
from simulators.models import MODELS
from simulators.sensors.station import Sensor
from simulators.spec import DeviceSpec

TURN_SECONDS = 0.005  # what is due is sent so often, in one write for each connection
FRAGMENTS = 64  # different readings of each model; a message takes the next one
LAST_ANSWERS_SECONDS = 30.0


@dataclass(frozen=True)
class Torrent:
    """What to send. `rate` in messages a second, infinite for as fast as the broker answers."""

    broker: Broker  # with an account that may write for any device
    specs: tuple[DeviceSpec, ...]  # sensors
    rate: float
    seconds: float
    connections: int = 50
    window: int = 200  # unanswered messages of one connection
    boot: int = field(default_factory=lambda: int(time.time()))


class Sent(msgspec.Struct, frozen=True):
    """What was sent. Device `d` sent numbers 0 to `newest[d]`, none left out."""

    messages: int
    acknowledged: int
    seconds: float  # from the first message to the last answer
    sending_seconds: float
    cpu_seconds: float  # of this process meanwhile
    behind_seconds: float  # most that the schedule was behind; large: the machine was too slow
    boot: int
    newest: dict[str, int]


def run(torrent: Torrent) -> Sent:
    """Send all of it and wait for the answers.

    Raises:
        ConnectionError: the broker refused a message or ended a connection.
    """
    pipes = [Pipe(torrent.broker, f"torrent-{n}") for n in range(torrent.connections)]
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe.sock, selectors.EVENT_READ, pipe)
        try:
            return _flow(torrent, _Writer(torrent, pipes), pipes, selector)
        finally:
            for pipe in pipes:
                pipe.close()


class _Writer:
    """Numbers, packs, and hands to the connections; neighbours in its order share one."""

    def __init__(self, torrent: Torrent, pipes: Sequence[Pipe]) -> None:
        self.made = 0
        self.specs = torrent.specs
        self._window = torrent.window
        self._head = b'{"boot":%d,"seq":' % torrent.boot
        fragments = {model: _fragments(model) for model in {s.model for s in torrent.specs}}
        size = -(-len(torrent.specs) // len(pipes))
        self._rows = [
            (
                pipes[number // size],
                packets.text(wire.topic(spec.kind, spec.device_id, "readings")),
                fragments[spec.model],
            )
            for number, spec in enumerate(torrent.specs)
        ]

    def send(self, count: int) -> None:
        """Up to so many messages; fewer where the next one's connection has no room."""
        now = datetime.now(UTC).isoformat(timespec="microseconds")[:26]
        time_part = b',"time":"%sZ",' % now.encode()
        total = len(self._rows)
        for _ in range(count):
            seq, place = divmod(self.made, total)
            pipe, topic, fragments = self._rows[place]
            if pipe.unanswered >= self._window:
                break
            fragment = fragments[(seq + place) % FRAGMENTS]
            pipe.publish(topic, b"%b%d%b%b" % (self._head, seq, time_part, fragment))
            self.made += 1

    def newest(self) -> dict[str, int]:
        rounds, rest = divmod(self.made, len(self.specs))
        numbers = ((s.device_id, rounds - (n >= rest)) for n, s in enumerate(self.specs))
        return {device_id: newest for device_id, newest in numbers if newest >= 0}


def _fragments(model: str) -> list[bytes]:
    """The ends of some payloads, as the model's sensor really reads."""
    sensor, due, made = Sensor(MODELS[model].instrument, 60.0, Random(1), 1), time.time(), []
    for _ in range(FRAGMENTS):
        (body,), due = sensor.step(due)
        made.append(b'"readings":' + msgspec.json.encode(body.fields["readings"]) + b"}")
    return made


def _flow(
    torrent: Torrent, writer: _Writer, pipes: Sequence[Pipe], selector: selectors.BaseSelector
) -> Sent:
    cpu, start, behind = time.process_time(), time.monotonic(), 0.0
    end = start + torrent.seconds
    while (now := time.monotonic()) < end:
        owed = min((now - start) * torrent.rate, 1e9) - writer.made
        writer.send(int(owed))
        _turn(pipes, selector, now + TURN_SECONDS)
        if torrent.rate != float("inf"):
            behind = max(behind, owed / torrent.rate)
    sent = time.monotonic() - start
    while any(pipe.unanswered for pipe in pipes):
        if time.monotonic() > end + LAST_ANSWERS_SECONDS:
            raise ConnectionError("the broker leaves messages unanswered")
        _turn(pipes, selector, time.monotonic() + TURN_SECONDS)
    return Sent(
        messages=writer.made,
        acknowledged=sum(pipe.answered for pipe in pipes),
        seconds=time.monotonic() - start,
        sending_seconds=sent,
        cpu_seconds=time.process_time() - cpu,
        behind_seconds=behind,
        boot=torrent.boot,
        newest=writer.newest(),
    )


def _turn(pipes: Sequence[Pipe], selector: selectors.BaseSelector, until: float) -> None:
    for pipe in pipes:
        pipe.flush()
    for key, _ in selector.select(0):
        key.data.read()
    # Sleeping instead of waiting for answers: they are then read many at a time.
    time.sleep(max(0.0, until - time.monotonic()))
