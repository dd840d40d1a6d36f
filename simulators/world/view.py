"""What the fleet sees of the world: the newest frame, and what each site has still to report."""

import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TypeVar

import msgspec

from simulators.lines import ask
from simulators.world.frame import Breach, Counted, Frame, Moving, Phase
from simulators.world.orders import CONTROL, FRAMES, SignalOrder, WorldOrder
from simulators.world.reader import WorldReader
from simulators.world.sightings import Happening, Heard, Sighting

MOST_SEEN = 20_000  # of one site that nobody asks; the oldest go, and it is said
MOST_TRACKED = 50  # of them; what is older keeps its facts and has no picture
MOST_COUNTED = 1440  # minutes of a detector, or switches of a signal, that nobody asks
MOST_PLACES = 60  # seconds of a vehicle that nobody asks for
DRAIN_SECONDS = 3.0
DRAIN_LOOK_SECONDS = 0.05
T = TypeVar("T")
log = logging.getLogger(__name__)


class WorldView:
    """Shared by all devices of a fleet; frames come in a thread of their own.

    `pictured`: the sites that take pictures, each with the signal that is seen on them.
    """

    def __init__(
        self,
        folder: Path,
        sites: Sequence[str] = (),
        pictured: Mapping[str, str] | None = None,
        *,
        detectors: Sequence[str] = (),
        signals: Sequence[str] = (),
        vehicles: Sequence[str] = (),
    ) -> None:
        self._folder = folder
        self._pictured = pictured or {}
        self._lock = Lock()
        self._seen: dict[str, deque[Sighting]] = {site: deque() for site in sites}
        self._counted: dict[str, deque[Counted]] = {
            name: deque(maxlen=MOST_COUNTED) for name in detectors
        }
        self._switches: dict[str, deque[tuple[float, Phase]]] = {
            name: deque(maxlen=MOST_COUNTED) for name in signals
        }
        self._places: dict[str, deque[tuple[float, Moving]]] = {
            name: deque(maxlen=MOST_PLACES) for name in vehicles
        }
        self._owed: dict[str, int] = {}  # messages of a site that wait for their pictures
        self._unfinished: list[Sighting] = []  # red lights, until the vehicle has moved on
        self._heard = Heard(Frame(0.0, 0, 1.0, False, [], [], [], [], 0.0, 0.0))
        self._stands = False  # the world has said so
        self._reader: WorldReader | None = None

    def open(self) -> None:
        """Begin to listen."""
        self._reader = WorldReader(self._folder / FRAMES, self.heard)

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    def heard(self, frame: Frame) -> None:
        """One frame has come."""
        heard = Heard(frame)
        with self._lock:
            self._see(heard)
            self._follow(heard)
            self._stands = frame.paused
            self._heard = heard

    def _see(self, heard: Heard) -> None:
        """What happened at the sites."""
        for sighting in self._unfinished:
            self._add(self._seen_in(heard, sighting))
        self._unfinished.clear()
        happenings: list[Happening] = [*heard.frame.passings, *heard.frame.breaches]
        for happening in happenings:
            sighting = Sighting(happening, ())
            for step in (self._heard, heard):
                sighting = self._seen_in(step, sighting)
            if isinstance(happening, Breach) and happening.kind == "red_light":
                self._unfinished.append(sighting)
            else:
                self._add(sighting)

    def _follow(self, heard: Heard) -> None:
        """What detectors have counted, where vehicles are, which signals have switched."""
        moment = heard.frame.time
        for counted in heard.frame.counted:
            if counted.detector in self._counted:
                self._counted[counted.detector].append(counted)
        if moment > self._heard.frame.time:
            for name in self._places.keys() & heard.vehicles.keys():
                self._places[name].append((moment, heard.vehicles[name]))
        for name, switches in self._switches.items():
            before, shown = self._heard.phases.get(name), heard.phases.get(name)
            if shown and (before is None or before.phase != shown.phase):
                switches.append((moment, shown))

    def take_places(self, device: str) -> list[tuple[float, Moving]]:
        """Where a vehicle was at each frame since it was last asked."""
        with self._lock:
            return _emptied(self._places[device])

    def phase(self, signal: str) -> tuple[float, Phase | None]:
        """What a signal shows at the moment of the newest frame."""
        with self._lock:
            return self._heard.frame.time, self._heard.phases.get(signal)

    def take(self, site: str) -> list[Sighting]:
        """What a site has seen since it was last asked."""
        with self._lock:
            return _emptied(self._seen[site])

    def take_switches(self, signal: str) -> list[tuple[float, Phase]]:
        """Each phase that a signal has gone to since it was last asked, and when."""
        with self._lock:
            return _emptied(self._switches.get(signal, deque()))

    def take_counted(self, detector: str) -> list[Counted]:
        """The minutes that a detector has counted since it was last asked."""
        with self._lock:
            return _emptied(self._counted[detector])

    def owes(self, site: str, count: int) -> None:
        """So many messages of a site still wait for their pictures."""
        with self._lock:
            self._owed[site] = count

    def order_signal(self, order: SignalOrder) -> tuple[bool, str]:
        """Whether the world has obeyed, and in which words."""
        return self._order(WorldOrder(do="signal", signal=order))

    def pause(self) -> None:
        """The world stands still; returns when the sites have reported what they had seen.

        Not before its last frame has come: what happened in it is told with it.
        """
        obeyed, _ = self._order(WorldOrder(do="pause"))
        deadline = time.monotonic() + DRAIN_SECONDS
        while (self._waiting() or (obeyed and not self._stands)) and time.monotonic() < deadline:
            time.sleep(DRAIN_LOOK_SECONDS)

    def resume(self) -> None:
        self._order(WorldOrder(do="resume"))

    def hurry(self, speed: float) -> None:
        """The world goes on from where it stands, so much faster, until it is now."""
        self._order(WorldOrder(do="speed", speed=speed))

    def _add(self, sighting: Sighting) -> None:
        waiting = self._seen.get(sighting.happening.site)
        if waiting is None:
            return
        if len(waiting) >= MOST_SEEN:
            log.warning("site %s reports nothing: a passing is lost", sighting.happening.site)
            waiting.popleft()
        waiting.append(sighting)
        if len(waiting) > MOST_TRACKED:
            waiting[-MOST_TRACKED - 1] = waiting[-MOST_TRACKED - 1]._replace(track=())

    def _seen_in(self, step: Heard, sighting: Sighting) -> Sighting:
        """With the vehicle as it is at a step, if pictures are taken and it is there."""
        site = sighting.happening.site
        if site not in self._pictured:
            return sighting
        fix = step.fix(sighting.happening.vehicle, self._pictured[site])
        return sighting if fix is None else sighting._replace(track=(*sighting.track, fix))

    def _waiting(self) -> bool:
        with self._lock:
            waiting = any(self._seen.values()) or any(self._owed.values())
            waiting = waiting or any(self._counted.values())
            return waiting or bool(self._unfinished)

    def _order(self, order: WorldOrder) -> tuple[bool, str]:
        try:
            answer = msgspec.json.decode(ask(self._folder / CONTROL, msgspec.json.encode(order)))
        except (OSError, msgspec.DecodeError) as error:
            log.warning("the world does not obey %s: %s", order.do, error)
            return False, "the world does not answer"
        return bool(answer.get("ok", True)), str(answer.get("detail", ""))


def _emptied(waiting: deque[T]) -> list[T]:
    taken = list(waiting)
    waiting.clear()
    return taken
