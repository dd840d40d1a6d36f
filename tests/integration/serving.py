"""The HTTP server in processes of its own, as a test starts and ends it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx

API = (sys.executable, "-c", "from server.cli import main; main()", "api")


@contextmanager
def serving(port: int, processes: int, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """`hengyang api` at a port, with the environment of this moment."""
    program = subprocess.Popen(
        [*API, "--port", str(port), "--processes", str(processes), *words],
        env=os.environ.copy(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.terminate()
        program.communicate(timeout=60)


def answers(port: int) -> bool:
    """Whether somebody serves there."""
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    return False
