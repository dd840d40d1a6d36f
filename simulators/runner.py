"""One device at work: its schedule on the engine, its connection, and what goes between them."""

from functools import partial

from simulators.clock import Clock
from simulators.device import NEVER, Device, Sending
from simulators.engine import Engine
from simulators.links.link import Link
from simulators.obey import hear

HISTORY_BACKLOG = 100  # a device waits with more of its past while so many messages do
HISTORY_PAUSE_SECONDS = 0.05


class Runner:
    """The thin shell around a `Device`; listens to its `Link`."""

    def __init__(self, device: Device, engine: Engine, clock: Clock, *, announces: bool) -> None:
        self.device = device
        self.link: Link | None = None
        self._engine = engine
        self._clock = clock
        self._announces = announces
        self._planned = NEVER

    def start(self, link: Link) -> None:
        """Power on."""
        self.link = link
        self.device.recall()
        self.device.start(self._clock.now())
        self.tick()

    def tick(self) -> None:
        """Whatever is due now, on either clock."""
        now, real = self._clock.now(), self._clock.real()
        in_past = self.device.due(now) < self._clock.born
        if in_past and self.device.backlog >= HISTORY_BACKLOG:
            self._plan(real + HISTORY_PAUSE_SECONDS)
        else:
            self.device.advance(now, real, HISTORY_BACKLOG if in_past else NEVER)
            self._plan(min(self._clock.real_at(self.device.due(now)), self._resumes_after(real)))
        if self.link is not None:
            # While all rests nobody is away, not even who fell away in the moment of the pause.
            self.link.want(self._clock.paused or self.device.wants_link(now))
        self.pump()

    def _resumes_after(self, real: float) -> float:
        # A pause that is over and messages that still wait: the link cannot take them now, and
        # says so when it can.
        due = self.device.real_due
        return due if due > real else NEVER

    @property
    def in_past(self) -> bool:
        """Whether it has still to tell of what was before the fleet was started."""
        return self.device.due(self._clock.now()) < self._clock.born

    def pump(self) -> None:
        """Publish all that may be published now."""
        link, real = self.link, self._clock.real()
        if link is None or not link.up:
            return
        while self.device.buffer.waiting and link.room():
            sending = self.device.next(real)
            if sending is None:
                break
            link.publish(sending)

    def wind_up(self) -> None:
        """Have all leave that waits for anything."""
        if self.device.boot:  # else it was never on
            self.device.wind_up(self._clock.now(), self._clock.real())

    def close(self) -> None:
        """Say offline and good-bye, for good: what is still planned finds no link."""
        link, self.link = self.link, None
        if link is not None:
            link.close(self.device.status("offline", self._clock.now()))

    def will(self) -> Sending:
        """What the broker shall say when this device is gone."""
        return self.device.status("offline", None)

    # --- the link's listener -----------------------------------------------------------------

    def link_up(self) -> None:
        self.device.witness.figures.connects += 1
        if self.link is not None and self._announces:
            self.link.publish(self.device.status("online", self._clock.now()))
        self.pump()

    def link_down(self) -> None:
        self.device.witness.figures.disconnects += 1
        self.device.link_lost()

    def answered(self, sending: Sending, code: int) -> None:
        self.device.answered(sending, code, self._clock.real())
        if code == 0:
            self.pump()
        else:
            self._plan(self.device.real_due)

    def room_again(self) -> None:
        self.pump()

    def heard(self, payload: bytes, content_type: str) -> None:
        hear(self.device, payload, content_type, self._clock.now(), self._clock.real())
        self.tick()

    # --- the schedule ------------------------------------------------------------------------

    def _plan(self, real: float) -> None:
        if real < self._planned:
            self._planned = real
            self._engine.at(real, partial(self._fire, real))

    def _fire(self, real: float) -> None:
        if real == self._planned:  # else an earlier one has taken its place
            self._planned = NEVER
            self.tick()
