"""A device without its network: numbers, keeps and repeats messages, obeys, and fails at times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from ingest import wire
from simulators.buffer import Buffer, Key, Message
from simulators.cameras.names import FLAWS, LOSS
from simulators.faults import Episode, Touch, Troubles
from simulators.flash import Flash
from simulators.source import Body, Holding, Source
from simulators.spec import DeviceSpec
from simulators.witness import Witness

NEVER = float("inf")
Spoil = Callable[[str, str, float], None]  # device id, fault of a camera, seconds; 0 ends it
SHIFT_DECIMALS = 3
WINDOW = 16  # messages under way at once
FIRST_PAUSE_SECONDS = 0.5  # after a refusal; doubled by each up to the longest
LONGEST_PAUSE_SECONDS = 10.0


class Shift(NamedTuple):
    """A quantity that is led to a value, held there and led back. Epoch seconds."""

    quantity: str
    value: float
    start: float
    end: float
    rise_seconds: float

    def reading(self, usual: float, now: float) -> float:
        """What is read in place of the usual reading, with as many decimals as a display has."""
        edge = min(now - self.start, self.end - now)
        part = min(1.0, edge / self.rise_seconds) if self.rise_seconds else 1.0
        return round(usual + (self.value - usual) * part, SHIFT_DECIMALS)


@dataclass(frozen=True, slots=True, eq=False)
class Sending:
    """One publication under way. `message` is None for the status, which has no number."""

    topic: str
    payload: bytes
    message: Message | None = None
    damaged: bool = False

    @property
    def retain(self) -> bool:
        return self.message is None


class Device:
    """Decides what is published; whoever owns a connection asks it.

    Two clocks: `now` is the simulated time (epoch seconds) of readings, faults and schedules;
    `real` is the monotonic clock of the network: pauses, buffer age, delays.
    """

    def __init__(
        self,
        spec: DeviceSpec,
        source: Source,
        troubles: Troubles,
        next_boot: Callable[[str], int],
        witness: Witness,
        chance: Random,
        buffer: Buffer,
        spoil: Spoil | None = None,
        flash: Flash | None = None,
    ) -> None:
        self.spec = spec
        self.source = source
        self.troubles = troubles
        self.buffer = buffer
        self.witness = witness
        self._flash = flash
        self.boot = 0
        self.seq = 0
        self.spoil = spoil  # tells those who make its pictures
        self.heard: dict[tuple[str, float], None] = {}  # commands, to obey a repeated one once
        self._next_boot = next_boot
        self._chance = chance
        self._due = NEVER
        self._now = 0.0  # of the newest `advance`
        self._offline_until = 0.0
        self._excess = ("", 0.0, 0.0)  # quantity, value, until when it reads so
        self.shifts: tuple[Shift, ...] = ()  # of the time line
        self._held: list[tuple[float, Key]] = []
        self._damaged: dict[Key, bytes] = {}
        self._flying: dict[Sending, None] = {}  # in the order in which they left
        self._paused_until = 0.0
        self._pause = FIRST_PAUSE_SECONDS
        self.content_type = wire.MESSAGEPACK if spec.messagepack else wire.JSON
        self._topics = {s: wire.topic(spec.kind, spec.device_id, s) for s in wire.UPWARD}

    # --- the simulated clock -----------------------------------------------------------------

    def start(self, now: float) -> None:
        """Power on: a boot number never used before, numbers from 0."""
        self.boot = self._next_boot(self.spec.device_id)
        self.seq = 0
        self._due = self.source.begin(now)

    def recall(self) -> None:
        """What an earlier run has not delivered is sent first, as it was."""
        for message in self._flash.kept(self.spec.device_id) if self._flash else ():
            self._forget(self.buffer.add(message))
            self.buffer.queue(message.key)

    def skip_to(self, now: float) -> None:
        """Forget what was due until now, as after a pause of the whole simulation."""
        self._due = self.source.begin(now)

    def due(self, now: float) -> float:
        """When, on the simulated clock, it next wants `advance`."""
        back = self._offline_until if self._offline_until > now else NEVER
        return min(self._due, self.troubles.due, back)

    def wants_link(self, now: float) -> bool:
        """Whether its antenna works."""
        return now >= self._offline_until

    def advance(self, now: float, real: float, most: float = NEVER) -> None:
        """What was due by now, in the order of its time; stops where `most` messages wait."""
        self._release(real)
        self._now = now
        while (due := min(self._due, self.troubles.due)) <= now and self.backlog < most:
            if self.troubles.due <= self._due:
                for episode in self.troubles.begin(due):
                    self.befall(episode, due)
            else:
                bodies, self._due = self.source.step(due)
                for body in bodies:
                    self.say(self._exceed(body, due), due, real)

    def befall(self, episode: Episode, now: float) -> None:
        """One fault begins."""
        _EPISODES[episode.name](self, episode, now)

    def say(self, body: Body, now: float, real: float) -> None:
        """Number a message, keep it, and queue it as the faults allow."""
        message = self._number(body, now, real)
        self.witness.made(message)
        if self._flash is not None:
            self._flash.keep(message)
        self._forget(self.buffer.add(message))
        touch = self.troubles.touch()
        if touch.corrupt:
            self._damaged[message.key] = self.troubles.damage(message.payload)
        self._queue(message.key, touch, real)

    def _number(self, body: Body, now: float, real: float) -> Message:
        happened = now if body.time is None else body.time
        time = datetime.fromtimestamp(round(happened + self.troubles.skew, 3), UTC)
        typed = wire.UPWARD[body.stream](boot=self.boot, seq=self.seq, time=time, **body.fields)
        payload = wire.encode(typed, self.content_type)
        message = Message(self.spec.device_id, self.boot, self.seq, body.stream, payload, real)
        self.seq += 1
        return message

    def _queue(self, key: Key, touch: Touch, real: float) -> None:
        for _ in range(touch.copies):
            if touch.hold_seconds:
                heappush(self._held, (real + touch.hold_seconds, key))
            else:
                self.buffer.queue(key)

    # --- faults ------------------------------------------------------------------------------

    def drop_out(self, episode: Episode, now: float) -> None:
        self._offline_until = now + episode.seconds

    def fall_silent(self, episode: Episode, now: float) -> None:
        self._due = self.source.begin(now + episode.seconds)

    def reboot(self, _now: float, until: float) -> None:
        """The buffer is on flash and survives."""
        self.start(until)
        self._offline_until = until

    def go_beyond(self, episode: Episode, now: float) -> None:
        """The world about the sensor does, and comes back."""
        self._excess = (episode.quantity, episode.value, now + episode.seconds)

    def lose_picture(self, episode: Episode, now: float) -> None:
        """A fault of the picture; one that sends none sees it itself."""
        left = now + episode.seconds - max(now, self._now)  # it may be told of late
        if self.spoil is not None and left > 0:
            self.spoil(self.spec.device_id, episode.name, left)
        if episode.name == LOSS:
            self._excess = ("frame_rate", 0.0, now + episode.seconds)

    def heal(self, name: str) -> None:
        """Switch a fault off; only one of a picture that is under way ends at once."""
        self.troubles.remove(name)
        if name in FLAWS and self.spoil is not None and self.spec.camera is not None:
            self.spoil(self.spec.device_id, name, 0.0)

    def _exceed(self, body: Body, now: float) -> Body:
        """What is read while the world about the sensor is beyond itself."""
        readings = body.fields.get("readings", {})
        quantity, value, until = self._excess
        changed = {
            shift.quantity: shift.reading(readings[shift.quantity], now)
            for shift in self.shifts
            if shift.start <= now < shift.end and shift.quantity in readings
        }
        if now < until and quantity in readings:
            changed[quantity] = value
        if not changed:
            return body
        return body._replace(fields=body.fields | {"readings": readings | changed})

    def lose_buffer(self, _episode: Episode, _now: float) -> None:
        self._forget(self.buffer.lose())
        self._held.clear()
        self._damaged.clear()

    def _forget(self, messages: list[Message]) -> None:
        self.witness.dropped(messages)
        if self._flash is not None:
            for message in messages:
                self._flash.drop(self.spec.device_id, message.key)

    # --- the network -------------------------------------------------------------------------

    @property
    def backlog(self) -> int:
        """Messages that wait or are under way."""
        return self.buffer.waiting + len(self._flying) + len(self._held)

    @property
    def real_due(self) -> float:
        """When, on the monotonic clock, it next wants `advance` or may send again."""
        held = self._held[0][0] if self._held else NEVER
        paused = self._paused_until if self.buffer.waiting and self._paused_until else NEVER
        return min(held, paused)

    def next(self, real: float) -> Sending | None:
        """What to publish now, if anything may be."""
        if len(self._flying) >= WINDOW or real < self._paused_until:
            return None
        self._paused_until = 0.0
        message = self.buffer.take()
        if message is None:
            return None
        damaged = self._damaged.get(message.key)
        payload = message.payload if damaged is None else damaged
        sending = Sending(self._topics[message.stream], payload, message, damaged is not None)
        self._flying[sending] = None
        self.witness.figures.published += 1
        return sending

    def answered(self, sending: Sending, code: int, real: float) -> None:
        """The broker answered with a reason code; only 0 means that it has the message."""
        message = sending.message
        if message is None or sending not in self._flying:
            return
        del self._flying[sending]
        if code == 0:
            self._pause = FIRST_PAUSE_SECONDS
            if sending.damaged:
                self._damaged.pop(message.key, None)
            self.buffer.delivered(message.key)
            if self._flash is not None:
                self._flash.drop(self.spec.device_id, message.key)
            self.witness.delivered(message, sending.payload, damaged=sending.damaged)
        else:
            self.witness.figures.refused += 1
            self.buffer.queue_first([message.key])
            self._paused_until = real + self._pause * self._chance.uniform(0.5, 1.5)
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    def link_lost(self) -> None:
        """Whatever was under way may or may not have arrived: it is sent again."""
        flying = [sending.message.key for sending in self._flying if sending.message]
        self._flying.clear()
        self.buffer.queue_first(flying)

    def status(self, state: str, now: float | None) -> Sending:
        """The retained status; without a time as a last will, written long before it is read."""
        time = None if now is None else datetime.fromtimestamp(round(now, 3), UTC)
        status = wire.Status(state=state, time=time, boot=self.boot)  # type: ignore[arg-type]  # a Literal
        topic = wire.topic(self.spec.kind, self.spec.device_id, wire.STATUS_STREAM)
        return Sending(topic, wire.encode(status, self.content_type))

    def wind_up(self, now: float, real: float) -> None:
        """The simulation rests: the antenna works again, what waits for anything leaves at once."""
        self._offline_until = self._paused_until = 0.0
        if isinstance(self.source, Holding):
            for body in self.source.rest():
                self.say(body, now, real)
        self._release(NEVER)

    def _release(self, real: float) -> None:
        while self._held and self._held[0][0] <= real:
            self.buffer.queue(heappop(self._held)[1])


_EPISODES: dict[str, Callable[[Device, Episode, float], None]] = {
    "drop_out": Device.drop_out,
    "silence": Device.fall_silent,
    "reboot": lambda device, episode, now: device.reboot(now, now + episode.seconds),
    "lost_buffer": Device.lose_buffer,
    "excess": Device.go_beyond,
    **dict.fromkeys(FLAWS, Device.lose_picture),
}
