"""The cameras' process as seen by whoever runs a fleet: started, told, started again, ended."""

import logging
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread

import msgspec

from simulators.cameras import plan as plans
from simulators.cameras.orders import Beat, FlawOrder
from simulators.cameras.plan import Plan

END_SECONDS = 5.0
PAUSE_SECONDS = 2.0  # before it is started again
log = logging.getLogger(__name__)


class Crew:
    """Runs the cameras of a plan until `close`. Methods may be called from any thread."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        plans.write(folder, plan)
        self._orders: dict[tuple[str, str], float] = {}  # until, monotonic: told again to a new one
        self._lock = Lock()
        self._ended = Event()
        self.beat = Beat(0, 0, 0)
        self.starts = 0
        self._process = self._start()
        self._thread = Thread(target=self._watch, name="cameras", daemon=True)
        self._thread.start()

    def flaw(self, device_id: str, name: str, seconds: float) -> None:
        """A camera gets a picture fault for so long; 0 seconds end it."""
        with self._lock:
            self._orders[device_id, name] = time.monotonic() + seconds
            self._say(FlawOrder(device_id, name, seconds))

    def close(self) -> None:
        """All streams end."""
        self._ended.set()
        with self._lock, suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(END_SECONDS)

    @property
    def pid(self) -> int:
        return self._process.pid

    def _start(self) -> "subprocess.Popen[bytes]":
        self.starts += 1
        return subprocess.Popen(
            [sys.executable, "-m", "simulators.cameras.process", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def _watch(self) -> None:
        """Reads its beats; starts it again when it has ended by itself."""
        while True:
            process = self._process
            assert process.stdout is not None
            for line in process.stdout:
                with suppress(msgspec.DecodeError):
                    self.beat = msgspec.json.decode(line, type=Beat)
            status = process.wait()
            with self._lock, suppress(OSError):  # what was still to be told it is told to nobody
                process.stdout.close()
                assert process.stdin is not None
                process.stdin.close()
            self.beat = msgspec.structs.replace(self.beat, streaming=0)
            if self._ended.wait(PAUSE_SECONDS if not self._ended.is_set() else 0):
                return
            log.warning("the cameras' process ended with status %d and is started again", status)
            with self._lock:
                if self._ended.is_set():
                    return
                self._process = self._start()
                now = time.monotonic()
                for (device_id, name), until in self._orders.items():
                    if until > now:
                        self._say(FlawOrder(device_id, name, until - now))

    def _say(self, order: FlawOrder) -> None:
        # A process that has just ended is started again and told then.
        with suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.write(msgspec.json.encode(order) + b"\n")
            self._process.stdin.flush()
