"""The keeper of states: a thread that commits what streams find, whether or not the database is."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from center.clock import now
from center.database import sql, transaction
from center.logs import logger
from center.outbox import emit
from video.states.events import CameraStateChanged
from video.streams.findings import Finding

log = logger(__name__)
GATHER_SECONDS = 0.2  # what is found meanwhile is one transaction
RETRY_SECONDS = 2.0
MOST_ROWS = 500  # of one transaction


@dataclass(frozen=True, slots=True)
class Found:
    """What is found of a camera, and when."""

    finding: Finding
    since: datetime


class Keeper:
    """Takes findings from any thread; the newest of each camera is committed soon.

    Bounded by the number of cameras: while the database is away, only the newest is kept of each,
    and how many were passed over is logged.
    """

    def __init__(self, watcher: str) -> None:
        self._watcher = watcher
        self._waiting: dict[int, Found] = {}
        self._passed_over = 0
        self._lock = threading.Lock()
        self._filled = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="states", daemon=True)

    def __len__(self) -> int:
        return len(self._waiting)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Commits what waits, if the database is there."""
        self._stopping.set()
        self._filled.set()
        self._thread.join(10)

    def keep(self, devices: list[int], finding: Finding) -> None:
        """Has this committed of these cameras."""
        found = Found(finding, now())
        with self._lock:
            self._passed_over += len(self._waiting.keys() & set(devices))
            self._waiting |= dict.fromkeys(devices, found)
        self._filled.set()

    def _run(self) -> None:
        while not (self._stopping.is_set() and not self._waiting):
            self._filled.wait()
            self._stopping.wait(GATHER_SECONDS)
            self._filled.clear()
            if not self._commit_all() and self._stopping.wait(RETRY_SECONDS):
                return

    def _commit_all(self) -> bool:
        while batch := self._take():
            try:
                commit(batch, self._watcher)
            except SQLAlchemyError as error:
                log.warning("states_without_database", waiting=len(batch), error=_line(error))
                with self._lock:
                    self._waiting = batch | self._waiting  # what is newer stays
                self._filled.set()
                return False
        return True

    def _take(self) -> dict[int, Found]:
        with self._lock:
            batch = dict(list(self._waiting.items())[:MOST_ROWS])
            for device in batch:
                del self._waiting[device]
            if self._passed_over:
                log.info("states_passed_over", count=self._passed_over)
                self._passed_over = 0
            return batch


def commit(batch: Mapping[int, Found], watcher: str) -> int:
    """Writes states, history and events in one transaction; gives the number of changes."""
    rows = [
        {
            "device": device,
            "since": found.since,
            "device_state": found.finding.device_state,
            "state": found.finding.state,
            "reason": found.finding.reason,
            "width": found.finding.width,
            "height": found.finding.height,
            "codec": found.finding.codec,
        }
        for device, found in batch.items()
    ]
    values = {"rows": msgspec.json.encode(rows).decode(), "watcher": watcher}
    with transaction() as session:
        statement = sql("video.states", "keep")
        changed = session.connection().exec_driver_sql(statement, values).mappings().all()
        emit(session, *(CameraStateChanged(**row) for row in changed))
    return len(changed)


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
