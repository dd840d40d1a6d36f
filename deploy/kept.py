"""What is kept running: a program of ours, or a server of the local stack."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.stack import LocalStack, logs
from deploy.stack.sandbox import tail


def last_words(log: Path) -> str:
    """The last line of a log with a word in it, and where to read more."""
    lines = [line for line in tail(log, lines=30).splitlines() if any(map(str.isalnum, line))]
    return f"{log} ends: {lines[-1].strip()[:200] if lines else '(nothing)'}"


class Kept(Protocol):
    """A process that is started again when it ends."""

    name: str

    def start(self) -> int:
        """Start it and give its process number."""

    def obituary(self) -> str:
        """How it ended, once it has."""

    def cut_log(self) -> None:
        """Keep its log within its bound."""


@dataclass
class Program:
    """One `hengyang` process; its output goes to its log.

    It leads a process group of its own, so that Ctrl-C in a terminal reaches it only through
    its supervisor, and its own children end with it. The kernel sends it SIGTERM when the
    supervisor's main thread dies, however that happens: start it from there.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    ready: Callable[[], bool] | None = None  # what follows it waits for this
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> int:
        setpriv = shutil.which("setpriv") or "/usr/bin/setpriv"
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [setpriv, "--pdeathsig", "TERM", "--", *self.argv],
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return self.process.pid

    def obituary(self) -> str:
        assert self.process is not None
        status = self.process.wait()
        how = f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        return f"ended {how}; {last_words(self.log)}"

    def end(self, grace_seconds: float) -> None:
        """Wait for its end after `send`, then kill what is left of its group."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(grace_seconds, 0))
        self.send(signal.SIGKILL)
        self.process.wait()

    def send(self, number: signal.Signals) -> None:
        """Signal its whole process group."""
        if self.process is not None:
            with suppress(ProcessLookupError):  # All of the group has ended.
                os.killpg(self.process.pid, number)

    def cut_log(self) -> None:
        logs.cut(self.log)


@dataclass
class StackServer:
    """One server of the local stack."""

    name: str
    stack: LocalStack

    def start(self) -> int:
        return self.stack.launch(self.name).pid

    def obituary(self) -> str:
        return f"ended; {last_words(self.stack.log(self.name))}"

    def cut_log(self) -> None:
        logs.cut(self.stack.log(self.name))
