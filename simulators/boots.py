"""Boot numbers: each start of each device gets one that it never had, whatever was killed."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path


class FleetRunsAlready(RuntimeError):
    """Another process runs this fleet: two of them would use the same numbers."""


class Boots:
    """Boot numbers in memory, from 1: for rehearsals, where the same run must repeat."""

    def __init__(self) -> None:
        self._boots: dict[str, int] = {}

    def __call__(self, device_id: str) -> int:
        self._boots[device_id] = self._boots.get(device_id, 0) + 1
        return self._boots[device_id]


class KeptBoots:
    """Boot numbers in a file of the state folder.

    A device not in the file starts at the second of the wall clock, so that numbers do not
    repeat where the folder was lost and the centre still knows the device.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise FleetRunsAlready(f"another process runs the fleet of {folder}") from error
        self._database = sqlite3.connect(
            folder / "boots.sqlite", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS boots (device TEXT PRIMARY KEY, boot INTEGER)"
        )
        self._reserved: dict[str, int] = {}

    def reserve(self, device_ids: Iterable[str]) -> None:
        """Take the next number of many devices in one transaction."""
        self._database.execute("BEGIN")
        for device_id in device_ids:
            self._reserved[device_id] = self._take(device_id)
        self._database.execute("COMMIT")

    def __call__(self, device_id: str) -> int:
        reserved = self._reserved.pop(device_id, None)
        return self._take(device_id) if reserved is None else reserved

    def close(self) -> None:
        self._database.close()
        os.close(self._lock)

    def _take(self, device_id: str) -> int:
        statement = (
            "INSERT INTO boots VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET boot = boot + 1"
            " RETURNING boot"
        )
        return int(self._database.execute(statement, (device_id, int(time.time()))).fetchone()[0])
