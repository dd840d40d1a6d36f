"""The thread of a process that looks what has changed, and hands it to the hub."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import IsolationLevel
from sqlalchemy.exc import SQLAlchemyError

from center.alarms.signals import Severity
from center.bus import Backoff
from center.database import connector, reading, sql
from center.logs import logger
from center.settings import DatabaseSettings, settings
from server.live.alarms import AlarmChange, Alarms
from server.live.cursor import Place
from server.live.ear import Ear, Heard
from server.live.known import DeviceChange
from server.live.register import Register, moment_of
from server.system.repository import rate

log = logger(__name__)

# So often all is looked through, whether or not anything said that it has changed.
SURE_SECONDS = 1.0
FIGURES_SECONDS = 1.0
# Reading takes this share of the time at most: where it is dear, looks are seldom.
LARGEST_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class System:
    """Figures that the database alone can tell. `gaps`: open ones, by device number."""

    messages_per_second: float
    gaps: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Tick:
    """What has changed since the tick before, and where the database stood."""

    place: Place
    devices: Sequence[DeviceChange] = ()
    alarms: Sequence[AlarmChange] = ()
    system: System | None = None


class Gone(Exception):
    """The hub takes no more ticks."""


class Source:
    """Looks every `tick_seconds`; calls `deliver` with each tick and waits until it has returned,
    so that a hub that is slow is told less often, not behind the time. `away` is called when the
    database is lost, `broken` when a fault of ours has ended the thread. All are called from it.

    Should `deliver` raise `Gone`, that is the end.
    """

    def __init__(
        self,
        deliver: Callable[[Tick], None],
        away: Callable[[], None],
        broken: Callable[[], None],
        tick_seconds: float,
    ) -> None:
        self._deliver, self._away, self._broken = deliver, away, broken
        self._tick = tick_seconds
        self._ear = Ear()
        self._register, self._alarms = Register(), Alarms()
        self._looked_at = self._figures_at = 0.0
        self._alarms_known = False
        self._alarm_news: list[AlarmChange] = []  # read, and not delivered yet
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-source", daemon=True)

    def start(self) -> None:
        self._ear.start()
        self._thread.start()

    def stop(self) -> None:
        """Ends after the look under way; does not wait for it."""
        self._ear.stop()
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Waits for the end."""
        self._thread.join(seconds)
        self._ear.join(seconds)

    def _run(self) -> None:
        try:
            self._go_on()
        except Gone:
            return
        except Exception:  # a feed that stands still unseen would be worse
            log.exception("live_source_failed")
            self._broken()

    def _go_on(self) -> None:
        backoff = Backoff()
        while not self._stop.is_set():
            try:
                with _connect() as connection:
                    self._register.begin_anew()
                    self._serve(connection, backoff)
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("live_database_away", error=str(error).strip())
                self._away()
                self._stop.wait(backoff.failed())

    def _serve(self, connection: psycopg.Connection[Any], backoff: Backoff) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            heard = self._ear.take()
            try:
                self._turn(connection, heard)
            except (psycopg.Error, SQLAlchemyError):
                self._ear.give_back(heard)
                raise
            backoff.succeeded()
            took = time.monotonic() - began
            self._stop.wait(max(self._tick - took, took / LARGEST_SHARE - took))

    def _turn(self, connection: psycopg.Connection[Any], heard: Heard) -> None:
        # Alarms first: the look that comes after them is younger than they are.
        news, worst = self._read_alarms(heard)
        self._alarm_news += news
        now = time.monotonic()
        if heard.devices or worst or self._is_due(connection, now):
            with connection.transaction():
                self._register.look(connection)
            self._looked_at = now
        self._register.alarm(worst)
        moment = self._register.moment
        if moment is not None and self._alarms_known:
            system = self._figures(connection, now)
            alarms, self._alarm_news = self._alarm_news, []
            self._deliver(Tick(moment.place, self._register.take(), alarms, system))

    def _is_due(self, connection: psycopg.Connection[Any], now: float) -> bool:
        known = self._register.moment
        if known is None or now - self._looked_at >= SURE_SECONDS:
            return True
        with connection.transaction():
            there = moment_of(connection)
        return (there.commit_no, there.revision) != (known.commit_no, known.revision)

    def _read_alarms(self, heard: Heard) -> tuple[list[AlarmChange], Mapping[str, Severity | None]]:
        if heard.everything:
            self._alarms_known = True
            return self._alarms.load()
        return self._alarms.read(heard.alarms)

    def _figures(self, connection: psycopg.Connection[Any], now: float) -> System | None:
        if now - self._figures_at < FIGURES_SECONDS:
            return None
        with reading() as session:
            messages = rate(session)
        with connection.transaction():
            gaps = dict(connection.execute(sql("server.live", "gaps")).fetchall())
        self._figures_at = now
        return System(round(messages, 1), gaps)


def _connect() -> psycopg.Connection[Any]:
    url = str(settings(DatabaseSettings).database_url)
    options = "-c TimeZone=UTC -c statement_timeout=30s"
    connection = connector(url, "live", autocommit=True, options=options)()
    # One look is of one moment.
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection
