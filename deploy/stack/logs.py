"""Keeping a log within a bound while its writer holds it open."""

import shutil
from pathlib import Path

LIMIT_BYTES = 20_000_000
KEPT = 3


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
