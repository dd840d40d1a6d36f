"""Processes that outlive their starter: recorded, recognised again, signalled, waited for."""

import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Record:
    """One process for certain: a number alone may belong to another after a reboot or a wrap."""

    pid: int
    started_ticks: int
    boot_id: str

    @classmethod
    def of(cls, pid: int) -> "Record | None":
        """The record of a living process, None if there is none of that number."""
        ticks = _started_ticks(pid)
        return None if ticks is None else cls(pid, ticks, _boot_id())

    @property
    def alive(self) -> bool:
        return self == Record.of(self.pid)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, to this very process or to none."""
        if self.alive:
            with suppress(ProcessLookupError):  # It ended by itself between the two lines.
                os.kill(self.pid, number)

    def wait_gone(self, seconds: float) -> bool:
        """Wait for its end; False if it still lives after `seconds`."""
        deadline = time.monotonic() + seconds
        while self.alive:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True


def save(path: Path, record: Record) -> None:
    """Write `NAME.json` (the record) and `NAME.pid` (the number alone, for others to read)."""
    path.with_suffix(".json").write_text(json.dumps(asdict(record)) + "\n")
    path.with_suffix(".pid").write_text(f"{record.pid}\n")


def load(path: Path) -> Record | None:
    """The living process that was saved under this name; a stale file counts as none."""
    try:
        record = Record(**json.loads(path.with_suffix(".json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.alive else None


def forget(path: Path) -> None:
    """Remove both files."""
    path.with_suffix(".json").unlink(missing_ok=True)
    path.with_suffix(".pid").unlink(missing_ok=True)


def _started_ticks(pid: int) -> int | None:
    """Start time in clock ticks since boot (proc(5), field 22); None if it has ended.

    A killed process of many threads is a zombie at once, but keeps its ports and files until
    the last of its threads (field 20) is gone.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The second field is the command in brackets and may hold spaces and brackets itself.
    fields = text.rpartition(")")[2].split()
    ended = fields[0] in "ZX" and int(fields[17]) <= 1
    return None if ended else int(fields[19])


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
