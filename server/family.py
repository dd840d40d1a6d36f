"""A parent that forks equal processes of ours, starts them again, and ends them with itself."""

import ctypes
import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from types import FrameType

from center.logs import logger
from deploy.supervise import Supervisor

log = logger(__name__)
GRACE_SECONDS = 15.0
PR_SET_PDEATHSIG = 1  # prctl(2): the kernel signals us when our parent dies


@dataclass
class Child:
    """`work` in a process forked from ours, writing to our own standard error."""

    name: str
    work: Callable[[], None]
    process: ForkProcess | None = None

    def start(self) -> int:
        """Starts it; the kernel ends it should we be killed."""
        context = multiprocessing.get_context("fork")
        self.process = context.Process(target=_live, args=(self.work, os.getpid()), name=self.name)
        self.process.start()
        assert self.process.pid is not None
        return self.process.pid

    def obituary(self) -> str:
        """How it ended."""
        status = self._wait(None)
        return f"ended by {signal.Signals(-status).name}" if status < 0 else f"ended with {status}"

    def cut_log(self) -> None:
        """Its log is its parent's."""

    def end(self) -> None:
        """SIGTERM was sent; waits, then insists."""
        if self.process is not None:
            self._wait(GRACE_SECONDS)
            self.process.kill()
            self._wait(None)

    def _wait(self, seconds: float | None) -> int:
        assert self.process is not None
        self.process.join(seconds)
        return self.process.exitcode or 0


def _live(work: Callable[[], None], parent: int) -> None:
    """A child begins with the signals of a program of its own."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:  # otherwise it died before the kernel was asked
        work()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run_family(members: Mapping[str, Callable[[], None]]) -> None:
    """Keeps one process per member running until SIGTERM or SIGINT; then none is left.

    What the caller has imported need not be imported again by each of them, nor is it held in
    memory more than once. Threads, connections and files are not for the caller to open: a fork
    has none of the first and would share the others.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, all that it shares
    children = [Child(name, work) for name, work in members.items()]
    supervisor = Supervisor(lambda text: log.warning("child", text=text))
    try:
        supervisor.keep_all(children)
        supervisor.watch()
    except KeyboardInterrupt:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for child in children:
        if child.process is not None:
            child.process.terminate()
    for child in children:
        child.end()
