"""The warden's round: what it does, how often, each in a transaction of its own."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from center.logs import logger
from center.settings import IngestSettings, MqttSettings
from ingest.deadletters.replay import replay_requested
from ingest.leases import WARDEN, Lease
from ingest.warden import duties
from ingest.warden.link import Link

log = logger(__name__)
Connection = psycopg.Connection[Any]
Connect = Callable[[], Connection]


@dataclass(slots=True)
class Office:
    """What the duties work with."""

    link: Link
    limits: IngestSettings
    mqtt: MqttSettings
    notes: dict[str, Any] = field(default_factory=dict)  # what a duty remembers between rounds


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing the warden does every `seconds`; the act is committed when it returns."""

    name: str
    seconds: float
    act: Callable[[Connection, Office], None]


# The order: who a device is comes before what it says, its word before our judgement of its
# silence, and a gap is looked for before it is asked about.
DUTIES = (
    Duty("broker_files", 1, duties.publish_accounts),
    Duty("status", 0.5, duties.keep_status),
    Duty("liveness", 5, duties.judge_liveness),
    Duty("reports", 1, duties.ask_for_reports),
    Duty("returned", 1, duties.ask_returned),
    Duty("gaps", 2, duties.follow_gaps),
    Duty("ragged", 60, duties.settle_ragged),
    Duty("resend", 2, duties.ask_again),
    Duty("commands", 0.5, duties.send_commands),
    Duty("command_deadlines", 1, duties.expire_commands),
    Duty("replay", 1, replay_requested),
)


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
            except psycopg.Error as error:
                log.warning("warden_without_database", error=str(error).splitlines()[0])
            self.in_charge = False
            self._lease.release()
            self._stopping.wait(1)

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
        self._office.link.start()
        try:
            with self._connect() as connection:
                self._do_duties(connection)
        finally:
            self._office.link.stop()

    def _do_duties(self, connection: Connection) -> None:
        due = dict.fromkeys(DUTIES, 0.0)
        while not self._stopping.is_set() and self._lease.held():
            for duty in DUTIES:
                if time.monotonic() >= due[duty]:
                    due[duty] = time.monotonic() + duty.seconds
                    self._do(duty, connection)
            self._stopping.wait(max(0.0, min(due.values()) - time.monotonic()))

    def _do(self, duty: Duty, connection: Connection) -> None:
        began = time.monotonic()
        with connection.transaction():
            duty.act(connection, self._office)
        took = time.monotonic() - began
        if took > max(1.0, duty.seconds):
            log.warning("duty_slow", duty=duty.name, seconds=round(took, 2))
