"""The heartbeat: a thread that writes the process's row, whether or not the database is there."""

import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from center.clock import now
from center.database import sql
from center.logs import logger
from center.processes.figures import QueueFigure

log = logger(__name__)

BEAT_SECONDS = 5.0
PATIENCE_SECONDS = 4.0  # with a database that hangs, at the end of the process


class Heartbeat:
    """Says every five seconds: this process lives, does this, and its queues are so full.

    `name` is unique among all processes of the city and kept over restarts (`gateway-1`);
    `queues` and `detail` are called from the heartbeat's thread and must return at once.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        database_url: str,
        *,
        queues: Callable[[], Sequence[QueueFigure]] = tuple,
        detail: Callable[[], Mapping[str, Any]] = dict,
        interval_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._identity = {
            "name": name,
            "kind": kind,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "started_at": now(),
        }
        self._url = database_url
        self._queues, self._detail = queues, detail
        self._interval = interval_seconds
        self._connection: psycopg.Connection[Any] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self.last_beat: datetime | None = None

    def start(self) -> None:
        """Beats once before it returns, if the database is there."""
        self._beat("running")
        self._thread.start()

    def stop(self) -> None:
        """Says that the process has ended in good order."""
        self._stop.set()
        self._thread.join(PATIENCE_SECONDS)
        if not self._thread.is_alive():
            self._beat("stopped")
            self._close()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self._beat("running")

    def _beat(self, state: str) -> None:
        try:
            if self._connection is None:
                self._connection = self._connect()
            row = self._identity | {"state": state, "detail": Jsonb(self._words())}
            self._connection.execute(sql("center.processes", "beat"), row)
            self.last_beat = now()
        except psycopg.Error as error:
            # The next beat tries again; the row grows old meanwhile, and that is the truth.
            log.warning("heartbeat_missed", error=str(error))
            self._close()

    def _words(self) -> dict[str, Any]:
        return {**self._detail(), "queues": [asdict(queue) for queue in self._queues()]}

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=3,
            application_name=f"hengyang-heartbeat-{self._identity['name']}",
            options="-c statement_timeout=3s",
            tcp_user_timeout=5000,
        )

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None
