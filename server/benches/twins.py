"""Two worlds of the same plan, seed and start: their truth is the same byte for byte."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from simulators.world.orders import PLAN, TRUTH, Beat

PAST_SECONDS = 7200  # so far back they begin: a world in the past leaves out no second
SPEED = 1000.0


def differences(folder: Path, plan: Path, seconds: int) -> list[str]:
    """Runs both for so many seconds of theirs; gives the names of the files that differ.

    Each file is compared as far as both have come.
    """
    start = int(time.time()) - PAST_SECONDS - seconds
    homes = [folder / name for name in ("one", "other")]
    for home in homes:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        shutil.copy(plan, home / PLAN)
        _run(home, start, seconds)
    names = sorted(path.name for path in (homes[0] / TRUTH).iterdir())
    return [name for name in names if not _same(*(home / TRUTH / name for home in homes))]


def _run(home: Path, start: int, seconds: int) -> None:
    words = [sys.executable, "-m", "simulators.world.process", str(home), str(start), str(SPEED)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if msgspec.json.decode(line, type=Beat).time >= start + seconds:
                break
        process.terminate()
        process.stdout.read()  # it writes on until it ends
        process.wait()


def _same(one: Path, other: Path) -> bool:
    first, second = one.read_bytes(), other.read_bytes()
    common = min(len(first), len(second))
    return common > 0 and first[:common] == second[:common]
