"""The watch: takes turns while it holds the lease; another process waits for it."""

import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import psycopg
import sqlalchemy as sa

from center.bus import Backoff, Reader
from center.logs import logger
from center.processes.figures import QueueFigure
from cityops.rules.watch.bell import Bell
from cityops.rules.watch.turns import Turns
from cityops.settings import RuleSettings
from ingest.leases import RULES, Connect, Lease

log = logger(__name__)
GATHER_SECONDS = 0.03  # between two turns: batches of several gateways are judged together
LEASE_CHECK_SECONDS = 1.0
STANDBY_SECONDS = 1.0


class Watch:
    """Judges every committed fact once, through every absence of database and bus."""

    def __init__(self, connect: Connect, reader: Reader, limits: RuleSettings) -> None:
        self._lease = Lease(connect)
        self._bell = Bell(reader)
        self._poll = limits.rules_poll_seconds
        self._catch_up = timedelta(hours=limits.rules_catch_up_hours)
        self._turns = Turns(self._catch_up)
        self._stopping = threading.Event()
        self.leads = False

    def run(self) -> None:
        """Works until `stop`."""
        self._bell.start()
        backoff = Backoff()
        while not self._stopping.is_set():
            pause = STANDBY_SECONDS
            try:
                if self._lease.take(RULES):
                    self._serve(backoff)
            except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
                log.warning("rules_without_database", error=_first_line(error))
            except Exception as error:  # a defect must not end the watch for good
                pause = backoff.failed()
                log.error("rules_turn_failed", error=_first_line(error), exc_info=error)
            self.leads = False
            self._lease.release()
            self._stopping.wait(pause)
        self._bell.stop()

    def stop(self) -> None:
        """Ends `run` after the turn under way."""
        self._stopping.set()
        self._bell.ring()

    def detail(self) -> Mapping[str, Any]:
        """What its heartbeat tells."""
        return {"in_charge": self.leads, "hears": self._bell.hears, **self._turns.detail}

    def queues(self) -> list[QueueFigure]:
        """Batches that are committed and not judged."""
        return [QueueFigure("batches", self._turns.behind)] if self.leads else []

    def _serve(self, backoff: Backoff) -> None:
        self._turns = Turns(self._catch_up)
        self.leads = True
        log.info("rules_in_charge")
        check = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= check:
                if not self._lease.held():
                    return
                check = time.monotonic() + LEASE_CHECK_SECONDS
            more = self._turns.take()
            backoff.succeeded()
            if not more:
                self._bell.wait(self._poll)
            self._stopping.wait(GATHER_SECONDS)


def _first_line(error: Exception) -> str:
    return (str(error) or repr(error)).splitlines()[0]
