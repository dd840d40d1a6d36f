"""Workers of video as tests start and end them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process of its own."""
    program = subprocess.Popen([sys.executable, "-m", "video"], env=os.environ.copy())
    try:
        yield program
    finally:
        program.terminate()
        program.wait(30)
