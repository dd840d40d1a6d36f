"""Keeping a log within a bound while its writer holds it open."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

# Run as a program with a folder it does so for all logs in it until the folder goes away.
LIMIT_BYTES = 20_000_000
KEPT = 3
PAUSE_SECONDS = 30.0
_started: list["subprocess.Popen[bytes]"] = []  # kept, else Python warns that it still runs


def cut(log: Path, limit: int = LIMIT_BYTES) -> bool:
    """Move a log that outgrew its limit to `.1`, older ones to `.2` and `.3`; True if it did.

    It is copied and emptied, not renamed: servers hold it open and append. Lines written
    between the copy and the cut are lost, which a log of diagnoses can bear.
    """
    if not log.exists() or log.stat().st_size <= limit:
        return False
    for number in range(KEPT, 1, -1):
        newer = log.with_name(f"{log.name}.{number - 1}")
        if newer.exists():
            newer.replace(log.with_name(f"{log.name}.{number}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    with log.open("r+b") as file:
        file.truncate(0)
    return True


def keep_cutting(folder: Path) -> int:
    """Start this file as a program that outlives this one; gives its process number."""
    # By path and without site packages: it shall cost as little memory as it can.
    watcher = subprocess.Popen(
        [sys.executable, "-S", __file__, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _started.append(watcher)
    return watcher.pid


def _main(folder: Path) -> None:
    while folder.is_dir():
        for log in folder.glob("*.log"):
            cut(log)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
