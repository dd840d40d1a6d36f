"""Keeps a world running: starts its process, hears its beats, and starts it anew when they end."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import IO

import msgspec

from simulators.lines import ask
from simulators.world.orders import CONTROL, RUNS_ALREADY, Beat, WorldOrder, WorldRunsAlready

START_SECONDS = 180.0  # to read a large network on a busy machine
HANG_SECONDS = 30.0
PAUSE_SECONDS = 1.0  # before it is started anew; doubled by each in a row up to the longest
LONGEST_PAUSE_SECONDS = 60.0
STEADY_SECONDS = 60.0  # who ran so long has not failed in a row
END_SECONDS = 5.0


class WorldFailed(RuntimeError):
    """The world did not come up, or refuses an order."""


class Keeper:
    """The world of a folder in a process of its own, until `close`.

    `say` is told in plain words when it has ended or hangs. Raises WorldRunsAlready where another
    process runs it, WorldFailed where it does not come up.
    """

    def __init__(
        self, folder: Path, say: Callable[[str], None], hang_seconds: float = HANG_SECONDS
    ) -> None:
        self._folder = folder
        self._say = say
        self._hang_seconds = hang_seconds
        self._closed = Event()
        self.restarts = 0
        self.beat: Beat | None = None
        self._process, self._beats = self._start()
        first = self._first()
        if first is None:
            code = self._end()
            if code == RUNS_ALREADY:
                raise WorldRunsAlready(f"another process runs the world of {folder}")
            raise WorldFailed(f"the world did not come up ({_told(code)}): {self._last_words()}")
        self.beat = first
        self._thread = Thread(target=self._keep, name="keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the process in order."""
        self._closed.set()
        self._process.terminate()
        self._thread.join(END_SECONDS)
        self._end()

    @property
    def pid(self) -> int:
        """Of the process that owns SUMO now."""
        return self._process.pid

    def give(self, order: WorldOrder) -> Beat:
        """Give an order to the running world; raises WorldFailed."""
        return give(self._folder, order)

    def _start(self) -> tuple["subprocess.Popen[bytes]", "Queue[Beat | None]"]:
        log = (self._folder / "log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "simulators.world.process", str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # signals to our group are not for it: we end it in order
            )
        beats: Queue[Beat | None] = Queue()
        assert process.stdout is not None
        Thread(target=_listen, args=(process.stdout, beats), daemon=True).start()
        return process, beats

    def _first(self) -> Beat | None:
        try:
            return self._await(START_SECONDS)
        except Empty:
            return None

    def _await(self, seconds: float) -> Beat | None:
        """The next beat; None where the process has ended. Raises Empty where it says nothing."""
        return self._beats.get(timeout=seconds)

    def _keep(self) -> None:
        pause, began = PAUSE_SECONDS, time.monotonic()
        patience = self._hang_seconds
        while not self._closed.is_set():
            try:
                beat = self._await(patience)
                what = ""
            except Empty:
                beat, what = None, f"hung for {patience:g} s"
            if beat is not None:
                self.beat, patience = beat, self._hang_seconds
                continue
            if self._closed.is_set():
                return
            code = self._end()
            self._say(f"the world {what or _told(code)}; it is started anew")
            if time.monotonic() - began > STEADY_SECONDS:
                pause = PAUSE_SECONDS
            if self._closed.wait(pause):
                return
            pause, began = min(2 * pause, LONGEST_PAUSE_SECONDS), time.monotonic()
            self.restarts += 1
            self._process, self._beats = self._start()
            patience = START_SECONDS

    def _end(self) -> int:
        """Ends the process whatever it does; gives its exit code."""
        if self._process.poll() is None:
            try:
                self._process.wait(0.5 if not self._closed.is_set() else END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        code = self._process.wait()
        for pipe in (self._process.stdin,):
            if pipe is not None:
                pipe.close()
        return code

    def _last_words(self) -> str:
        lines = (self._folder / "log").read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def give(folder: Path, order: WorldOrder) -> Beat:
    """Give an order to the world of a folder; raises WorldFailed."""
    try:
        answer = ask(folder / CONTROL, msgspec.json.encode(order))
    except OSError as error:
        raise WorldFailed(f"no world listens in {folder}: {error}") from error
    told = msgspec.json.decode(answer)
    if not told.get("ok", True):
        raise WorldFailed(str(told.get("detail")))
    return msgspec.convert(told, Beat)


def _listen(pipe: IO[bytes], beats: "Queue[Beat | None]") -> None:
    decoder = msgspec.json.Decoder(Beat)
    with pipe:
        for line in pipe:
            beats.put(decoder.decode(line))
    beats.put(None)


def _told(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
