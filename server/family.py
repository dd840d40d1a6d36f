"""A parent of equal processes of ours: starts them again when they end, ends them with itself."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

from center.logs import logger
from deploy.supervise import Supervisor

log = logger(__name__)
GRACE_SECONDS = 15.0


@dataclass
class Child:
    """`python -m MODULE ROLE`, writing to our own standard error."""

    name: str
    module: str
    role: str
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> int:
        """Starts it; the kernel ends it should we be killed."""
        setpriv = shutil.which("setpriv") or "/usr/bin/setpriv"
        self.process = subprocess.Popen(
            [setpriv, "--pdeathsig", "TERM", "--", sys.executable, "-m", self.module, self.role],
            stdin=subprocess.DEVNULL,
        )
        return self.process.pid

    def obituary(self) -> str:
        """How it ended."""
        status = self.process.wait() if self.process else 0
        return f"ended by {signal.Signals(-status).name}" if status < 0 else f"ended with {status}"

    def cut_log(self) -> None:
        """Its log is its parent's."""

    def end(self) -> None:
        """SIGTERM was sent; waits, then insists."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_SECONDS)
        self.process.kill()
        self.process.wait()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run_family(module: str, roles: Sequence[str]) -> None:
    """Keeps one process per role running until SIGTERM or SIGINT; then none is left."""
    signal.signal(signal.SIGTERM, _interrupt)
    children = [Child(f"{role}-{n}", module, role) for n, role in enumerate(roles, 1)]
    supervisor = Supervisor(lambda text: log.warning("child", text=text))
    with suppress(KeyboardInterrupt):
        supervisor.keep_all(children)
        supervisor.watch()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for child in children:
        if child.process is not None:
            child.process.terminate()
    for child in children:
        child.end()
