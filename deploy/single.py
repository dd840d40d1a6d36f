"""One running program per data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UP_LOCK = "up.lock"  # below the data folder: held by `hengyang up`, and by what must not meet it


class AlreadyRunning(Exception):
    """The program already runs in this folder."""

    def __init__(self, pid: str) -> None:
        self.pid = pid
        super().__init__(f"It is already running (process {pid}).")


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file as long as the block runs; the kernel frees it however we end.

    Raises AlreadyRunning, with the process that holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(lock.read().strip() or "unknown") from None
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
