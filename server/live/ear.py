"""The thread that hears events of the outbox for the source, whatever befalls Redis."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from center.alarms.events import AlarmChanged
from center.bus import Backoff, reader
from center.database import transaction
from center.logs import logger
from center.outbox import Follower, Recorded, ReplayLost
from center.outbox.replay import newest
from ingest.devices import events as devices  # noqa: F401  # registers what is heard of them

log = logger(__name__)

STREAMS = ("alarms", "devices")
BLOCK_SECONDS = 1.0
PACE_SECONDS = 0.2  # how often PostgreSQL is asked instead while Redis is away


@dataclass(frozen=True, slots=True)
class Heard:
    """What the next look is to read besides facts. `everything`: events may have been missed."""

    alarms: frozenset[int] = frozenset()
    devices: bool = False
    everything: bool = False


class Ear:
    """Follows the streams by plain XREAD; while Redis is away, the outbox itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alarms: set[int] = set()
        self._devices = self._everything = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-ear", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends within a second or, should Redis hang, few; does not wait for it."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Waits for the end."""
        self._thread.join(seconds)

    def take(self) -> Heard:
        """What was heard since it was last taken."""
        with self._lock:
            heard = Heard(frozenset(self._alarms), self._devices, self._everything)
            self._alarms.clear()
            self._devices = self._everything = False
        return heard

    def give_back(self, heard: Heard) -> None:
        """It could not be read: it is heard once more."""
        with self._lock:
            self._alarms |= heard.alarms
            self._devices |= heard.devices
            self._everything |= heard.everything

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stop.is_set():
            bus = reader(*STREAMS)
            try:
                with transaction() as session:
                    position = newest(session)
                # Only now: what is read after this holds all that happened up to the position.
                self.give_back(Heard(devices=True, everything=True))
                follower = Follower(bus, STREAMS, position)
                while not self._stop.is_set():
                    self._note(follower.read(BLOCK_SECONDS if follower.on_bus else PACE_SECONDS))
                    backoff.succeeded()
            except ReplayLost as error:
                log.warning("live_events_lost", detail=error.detail)
            except SQLAlchemyError as error:
                log.warning("live_events_away", error=type(error).__name__)
                self._stop.wait(backoff.failed())
            except Exception:  # deaf and unseen would be worse: all is read anew
                log.exception("live_events_failed")
                self._stop.wait(backoff.failed())
            finally:
                bus.close()

    def _note(self, events: Iterable[Recorded]) -> None:
        about = [recorded.event for recorded in events]
        if about:
            alarms = frozenset(event.alarm for event in about if isinstance(event, AlarmChanged))
            devices = any(not isinstance(event, AlarmChanged) for event in about)
            self.give_back(Heard(alarms, devices))
