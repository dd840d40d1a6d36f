"""The warden's round: what it does, how often, each in a transaction of its own."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from center.clock import now
from center.logs import logger
from center.settings import IngestSettings, MqttSettings
from ingest.deadletters.replay import replay_requested
from ingest.leases import WARDEN, Lease
from ingest.warden import duties, reports, resends
from ingest.warden.asking import Asking
from ingest.warden.brim import Level
from ingest.warden.link import Link

log = logger(__name__)
LONGEST_PAUSE_SECONDS = 60.0  # of a duty that fails again and again
LONG_AGO = datetime.min.replace(tzinfo=UTC)
Connection = psycopg.Connection[Any]
Connect = Callable[[], Connection]


@dataclass(slots=True)
class Office:
    """What the duties work with."""

    link: Link
    limits: IngestSettings
    mqtt: MqttSettings
    # What duties remember between rounds while in charge; another warden may change it meanwhile.
    notes: dict[str, Any] = field(default_factory=dict)
    # The rest outlives an absence of the database: the broker did not forget anything in it.
    asking: Asking = field(default_factory=Asking)
    resends: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    asked_after: int = 0  # the link's connection after which devices were last asked
    next_look: datetime = LONG_AGO
    level: Level = field(default_factory=Level)

    def say(
        self, kind: str, device_id: str, name: str, verb: str, args: Any, deadline: timedelta
    ) -> bool:
        """Has a command of our own sent; False when the link takes no more now."""
        seconds = int(deadline.total_seconds())
        return self.link.command(kind, device_id, name, verb, args, now() + deadline, seconds)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing the warden does every `seconds`; the act is committed when it returns.

    It may return what is left to do after the commit.
    """

    name: str
    seconds: float
    act: Callable[[Connection, Office], duties.Done | None]


# The order: who a device is comes before what it says, its word before our judgement of its
# silence, and a gap is looked for before it is asked about.
DUTIES = (
    Duty("broker_files", 1, duties.publish_accounts),
    Duty("brim", 5, duties.watch_the_brim),
    Duty("outcomes", 0.5, duties.settle_commands),
    Duty("status", 0.5, duties.keep_status),
    Duty("liveness", 5, duties.judge_liveness),
    Duty("reconnection", 1, reports.note_reconnection),
    Duty("returned", 1, reports.hear_returned),
    Duty("reports", 1, reports.ask_for_reports),
    Duty("gaps", 2, duties.follow_gaps),
    Duty("ragged", 60, duties.settle_ragged),
    Duty("resend", 2, resends.ask_again),
    Duty("commands", 0.5, duties.send_commands),
    Duty("command_deadlines", 1, duties.expire_commands),
    Duty("replay", 1, replay_requested),
)


class Rota:
    """When each duty is due next: after its pause, or after a failure twice as long each time."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._due = dict.fromkeys(duties, 0.0)
        self._failures = dict.fromkeys(duties, 0)

    def due(self, moment: float) -> Iterator[Duty]:
        """Those to be done now, in the order of the list."""
        return (duty for duty, due in list(self._due.items()) if moment >= due)

    @property
    def next(self) -> float:
        """The moment of the one that is due first."""
        return min(self._due.values())

    def done(self, duty: Duty, moment: float, *, well: bool) -> None:
        """It ended at that moment."""
        self._failures[duty] = 0 if well else min(self._failures[duty] + 1, 10)
        pause = duty.seconds * 2 ** self._failures[duty]
        self._due[duty] = moment + (duty.seconds if well else min(pause, LONGEST_PAUSE_SECONDS))


class Warden:
    """Does its duties while it holds the lease; another one waits for it."""

    def __init__(
        self, connect: Connect, link: Link, limits: IngestSettings, mqtt: MqttSettings
    ) -> None:
        self._connect = connect
        self._lease = Lease(connect)
        self._office = Office(link, limits, mqtt)
        self._stopping = threading.Event()
        self.in_charge = False

    def run(self) -> None:
        """Works until `stop`, through every absence of database and broker."""
        while not self._stopping.is_set():
            try:
                if self._lease.take(WARDEN):
                    self._serve()
                else:
                    self._office.link.stop()  # the broker knows one warden at a time
            except psycopg.Error as error:
                log.warning("warden_without_database", error=_first_line(error))
            self.in_charge = False
            self._lease.release()
            self._stopping.wait(1)
        self._office.link.stop()

    def stop(self) -> None:
        """Ends `run` soon."""
        self._stopping.set()

    def detail(self) -> Mapping[str, Any]:
        """What its heartbeat tells."""
        return {"in_charge": self.in_charge, "broker": dict(self._office.link.gauges)}

    def _serve(self) -> None:
        self.in_charge = True
        self._office.notes.clear()
        log.info("warden_in_charge")
        # It stays when the database goes: each new connection would have every device asked.
        self._office.link.start()
        with self._connect() as connection:
            self._do_duties(connection)

    def _do_duties(self, connection: Connection) -> None:
        rota = Rota(DUTIES)
        while not self._stopping.is_set() and self._lease.held():
            for duty in rota.due(time.monotonic()):
                rota.done(duty, time.monotonic(), well=self._do(duty, connection))
            self._stopping.wait(max(0.0, rota.next - time.monotonic()))

    def _do(self, duty: Duty, connection: Connection) -> bool:
        """Whether it went well. A duty that fails does not keep the others from being done.

        Raises:
            psycopg.Error: the connection is gone, and with it all duties.
        """
        began = time.monotonic()
        try:
            with connection.transaction():
                done = duty.act(connection, self._office)
            if done is not None:
                done()
        except Exception as error:  # a defect of one duty must not end the others
            if connection.closed:
                raise
            log.error("duty_failed", duty=duty.name, error=_first_line(error), exc_info=error)
            return False
        took = time.monotonic() - began
        if took > max(1.0, duty.seconds):
            log.warning("duty_slow", duty=duty.name, seconds=round(took, 2))
        return True


def _first_line(error: Exception) -> str:
    return (str(error) or repr(error)).splitlines()[0]
