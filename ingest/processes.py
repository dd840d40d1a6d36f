"""The two processes of ingest: a gateway, of which any number may run, and the warden."""

import gc
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict
from types import FrameType
from typing import Any

import psycopg

from center import database, logs
from center.bus import BusAway, bus
from center.events import FactsCommitted
from center.processes.figures import QueueFigure
from center.processes.heartbeat import Heartbeat
from center.settings import DatabaseSettings, IngestSettings, MqttSettings, settings
from ingest import broker
from ingest.delivery import Delivery
from ingest.gateway import Gateway
from ingest.leases import GATEWAY, WARDEN, Connect, Lease, take_number
from ingest.orphans import Orphanage, gateway_name
from ingest.warden.link import Link
from ingest.warden.warden import Warden
from ingest.writer import Writer

log = logs.logger(__name__)
LEASE_CHECK_SECONDS = 2.0


def ingest_url() -> str:
    """PostgreSQL as the role of ingest."""
    config = settings(DatabaseSettings)
    return str(config.database_ingest_url or config.database_url)


def connector(name: str) -> Connect:
    """Connections of a process of ingest."""
    options = "-c statement_timeout=60s -c lock_timeout=30s -c TimeZone=UTC"
    return database.connector(ingest_url(), name, options=options)


class Announcer:
    """Tells the bus of committed batches from a thread of its own; the writer never waits."""

    def __init__(self) -> None:
        # Only a hint: who misses one reads the watermark in PostgreSQL.
        self._waiting: deque[FactsCommitted] = deque(maxlen=1000)
        self._filled = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def announce(self, batch: int, commit_no: int) -> None:
        """Has a batch announced soon."""
        self._waiting.append(FactsCommitted(batch=batch, commit_no=commit_no))
        self._filled.set()

    def stop(self) -> None:
        self._stopping = True
        self._filled.set()
        self._thread.join(timeout=3)

    def _run(self) -> None:
        while not self._stopping:
            self._filled.wait()
            self._filled.clear()
            while self._waiting:
                try:
                    bus().publish(self._waiting.popleft())
                except BusAway:
                    time.sleep(0.2)


def _on_signals(stop: Callable[[], None]) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def patiently_take_number(
    lease: Lease, stopping: threading.Event, group: int = GATEWAY
) -> int | None:
    """The lowest free number of a group; waits while the database is away. None: told to stop."""
    was_away = False
    while not stopping.is_set():
        try:
            lease.open()
            if was_away:  # those at work come first: their numbers are free for a moment only
                stopping.wait(2 * LEASE_CHECK_SECONDS)
            return take_number(lease, group)
        except psycopg.OperationalError as error:
            was_away = True
            log.warning("no_number_without_database", error=str(error).splitlines()[0])
            stopping.wait(1)
    return None


class GatewayProcess:
    """One gateway: receiver and writer thread, announcer, heartbeat, lease on its number."""

    def __init__(self, number: int, lease: Lease) -> None:
        self._number, self._lease = number, lease
        name = gateway_name(number)
        limits = settings(IngestSettings)
        self._announcer = Announcer()
        self._writer = Writer(
            number,
            connector(name),
            limits,
            acknowledge=self._acknowledge,
            announce=self._announcer.announce,
            is_connected=lambda: self._gateway.connected,
        )
        address = broker.parse(settings(MqttSettings).mqtt_url)
        self._gateway = Gateway(
            name, address, limits, self._writer.intake.put, self._writer.note_loss
        )
        self._orphanage = Orphanage(
            number, limits.ingest_connections, self._gateway, connector("gateway")
        )
        self._bound = limits.ingest_connections * limits.ingest_receive_maximum
        self._heart = Heartbeat(
            name, "ingest", ingest_url(), queues=self._queues, detail=self._detail
        )

    def run(self, stopping: threading.Event) -> None:
        """Works until told to stop, or until it may not go on."""
        if not self._has_said_number(stopping):
            self._lease.release()
            return
        # The register is a hundred thousand objects that live as long as the process, and every
        # message a dozen that live for a moment: the collector need not look at either often.
        gc.set_threshold(50_000, 20, 50)
        self._announcer.start()
        self._heart.start()
        writer = threading.Thread(target=self._writer.run, name="writer")
        receiver = threading.Thread(target=self._gateway.run, name="receiver")
        writer.start()
        receiver.start()
        while not stopping.wait(LEASE_CHECK_SECONDS):
            if not (writer.is_alive() and receiver.is_alive()):
                log.critical("gateway_thread_died")
                break
            if not self._may_go_on():
                break
        # The writer first: what it has in hand is committed and then still acknowledged.
        self._writer.stop()
        writer.join()
        self._gateway.stop()
        receiver.join()
        self._announcer.stop()
        self._heart.stop()
        self._orphanage.release()
        self._lease.release()

    def _has_said_number(self, stopping: threading.Event) -> bool:
        """Our row comes before our sessions: should we die, others know what to adopt."""
        while not stopping.is_set() and self._may_go_on():
            if self._orphanage.is_known:
                return True
            stopping.wait(1)
        return False

    def _acknowledge(self, batch: Sequence[Delivery]) -> None:
        self._gateway.acknowledge(batch)

    def _may_go_on(self) -> bool:
        """Without its lease a gateway may not work under its fixed client ids."""
        try:
            if not self._lease.held() and not self._lease.take(GATEWAY, self._number):
                log.error("gateway_number_taken", number=self._number)
                return False
            self._orphanage.look(self._lease.connection)
        except psycopg.Error:
            pass  # the database is away; the writer keeps its batch and waits
        return True

    def _queues(self) -> list[QueueFigure]:
        return [QueueFigure("intake", len(self._writer.intake), self._bound)]

    def _detail(self) -> dict[str, Any]:
        return {
            "connected": self._gateway.connected,
            "devices": len(self._writer.register),
            "refused": self._writer.intake.refused,
            "tally": asdict(self._writer.tally),
        }


def run_gateway() -> None:
    """Receives, commits and acknowledges until SIGTERM or SIGINT."""
    stopping = threading.Event()
    _on_signals(stopping.set)
    logs.configure("gateway")
    lease = Lease(connector("gateway"))
    number = patiently_take_number(lease, stopping)
    if number is not None:
        logs.configure(gateway_name(number))
        GatewayProcess(number, lease).run(stopping)


def run_warden() -> None:
    """Minds status, liveness, gaps, commands and broker accounts until SIGTERM or SIGINT."""
    logs.configure("warden")
    mqtt = settings(MqttSettings)
    link = Link(broker.parse(mqtt.mqtt_url), "warden")
    warden = Warden(connector("warden"), link, settings(IngestSettings), mqtt)
    stopping = threading.Event()

    def stop() -> None:
        stopping.set()
        warden.stop()

    _on_signals(stop)
    lease = Lease(connector("warden"))
    number = patiently_take_number(lease, stopping, WARDEN)
    if number is None:
        return
    name = f"warden-{number}"
    logs.configure(name)
    heart = Heartbeat(name, "warden", ingest_url(), detail=warden.detail)
    heart.start()
    warden.run()
    heart.stop()
    lease.release()
