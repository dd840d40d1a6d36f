"""What sites have numbered and nobody has acknowledged, kept on the disk as on a device's flash."""

import sqlite3
import time
from pathlib import Path

from simulators.buffer import Key, Message


class Flash:
    """Messages in a file of a fleet's folder; they outlive a fleet that is killed.

    The file is not synced: it survives the program, not the machine. For the engine's thread.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._database = sqlite3.connect(
            folder / "flash.sqlite", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS messages (device TEXT, boot INTEGER, seq INTEGER,"
            " stream TEXT, payload BLOB, PRIMARY KEY (device, boot, seq)) WITHOUT ROWID"
        )

    def keep(self, message: Message) -> None:
        """Until it is dropped."""
        values = (message.device_id, *message.key, message.stream, message.payload)
        self._database.execute("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?)", values)

    def drop(self, device_id: str, key: Key) -> None:
        """It has arrived, or the device has forgotten it."""
        self._database.execute(
            "DELETE FROM messages WHERE device = ? AND boot = ? AND seq = ?", (device_id, *key)
        )

    def kept(self, device_id: str) -> list[Message]:
        """What an earlier run has left of a device, in the order of its numbers."""
        rows = self._database.execute(
            "SELECT boot, seq, stream, payload FROM messages WHERE device = ? ORDER BY boot, seq",
            (device_id,),
        )
        made_at = time.monotonic()
        return [
            Message(device_id, boot, seq, stream, payload, made_at)
            for boot, seq, stream, payload in rows
        ]

    def close(self) -> None:
        self._database.close()
