"""The process that owns the world: `python -m simulators.world.process FOLDER`."""

import fcntl
import os
import signal
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING

import msgspec

from simulators.lines import LineServer
from simulators.world import plan as plans
from simulators.world.frame import Frame
from simulators.world.orders import (
    CONTROL,
    FASTEST,
    FRAMES,
    PLAN,
    RUNS_ALREADY,
    TRUTH,
    Beat,
    OrderRefused,
    WorldOrder,
    WorldRunsAlready,
)
from simulators.world.pace import Pace
from simulators.world.plan import Plan
from simulators.world.recording import RecordingInvalid
from simulators.world.replay import Replay
from simulators.world.teller import Teller

if TYPE_CHECKING:
    from simulators.world.traffic import Traffic

LOCK = "lock"
BEAT_SECONDS = 1.0
READERS_SECONDS = 1.5  # so long readers that wait for a world need at most to find it
CLAIM_SECONDS = 4.0  # the world of a fleet that was killed ends after its step
ORDER_SECONDS = 5.0  # an order waits for the step that is under way


class World:
    """The loop: orders, steps, frames. Only its own thread touches SUMO."""

    def __init__(self, folder: Path, start: float, speed: float = 1.0) -> None:
        self._lock = _claim(folder)
        plan = plans.read(folder / PLAN)
        # Readers find us while SUMO loads: nobody shall miss the first second.
        self._teller = Teller(folder / FRAMES)
        opened = time.monotonic()
        self._pace = Pace(start, time.time(), speed)
        self._traffic = _moving(plan, self._pace.last, folder / TRUTH)
        time.sleep(max(0.0, opened + READERS_SECONDS - time.monotonic()))
        self._orders: Queue[tuple[WorldOrder, Future[Beat]]] = Queue()
        self._server = LineServer(folder / CONTROL, self._heard)
        self._frame: Frame | None = None
        self._took = 0.0
        self.ended = False

    def run(self) -> None:
        """Until `ended` is set or nobody hears the beats."""
        while not self.ended:
            wait = self._pace.due() - time.time()
            with suppress(Empty):
                order, answer = self._orders.get(timeout=max(0.001, min(wait, BEAT_SECONDS)))
                answer.set_result(self._obey(order))
            if time.time() >= self._pace.due():
                self._step()
                say(self.beat())
            elif self._pace.paused:
                say(self.beat())

    def close(self) -> None:
        self._server.close()
        self._teller.close()
        self._traffic.close()
        os.close(self._lock)

    def beat(self) -> Beat:
        return Beat(
            time=self._pace.last,
            vehicles=self._traffic.under_way,
            step_milliseconds=round(1000 * self._took, 1),
            skipped=self._pace.skipped,
            paused=self._pace.paused,
            speed=self._pace.speed,
            readers=self._teller.readers,
            lost_frames=self._teller.lost,
        )

    def _step(self) -> None:
        began = time.perf_counter()
        moment = self._pace.step(time.time())
        self._frame = self._traffic.step(moment, self._pace.speed)
        self._teller.tell(self._frame)
        self._took = time.perf_counter() - began

    def _heard(self, line: bytes) -> bytes:
        try:
            order = msgspec.json.decode(line, type=WorldOrder)
        except msgspec.DecodeError as error:
            return msgspec.json.encode({"ok": False, "detail": str(error)})
        answer: Future[Beat] = Future()
        self._orders.put((order, answer))
        try:
            return msgspec.json.encode(answer.result(ORDER_SECONDS))
        except TimeoutError:
            return msgspec.json.encode({"ok": False, "detail": "the world is busy"})

    def _obey(self, order: WorldOrder) -> Beat:
        try:
            detail = self._act(order)
        except OrderRefused as error:
            return msgspec.structs.replace(self.beat(), ok=False, detail=str(error))
        return msgspec.structs.replace(self.beat(), detail=detail)

    def _act(self, order: WorldOrder) -> str:
        if order.do == "signal":
            if order.signal is None:
                raise OrderRefused("an order to a signal names one")
            return self._traffic.signals.obey(order.signal)
        if order.do == "speed":
            if not 1 <= order.speed <= FASTEST:
                raise OrderRefused(f"the world runs 1 to {FASTEST:g} times as fast as the clock")
            self._pace.hurry(time.time(), order.speed)
        elif order.do == "pause":
            self._pace.pause()
            self._tell_paused()
        elif order.do == "resume":
            self._pace.resume(time.time())
        return order.do

    def _tell_paused(self) -> None:
        if self._frame is not None:
            standing = msgspec.structs.replace(
                self._frame, paused=True, passings=[], breaches=[], counted=[]
            )
            self._teller.tell(standing)


def _moving(plan: Plan, start: float, truth: Path) -> "Traffic | Replay":
    if plan.recording is not None:
        return Replay(plan, start, truth)
    from simulators.world.traffic import Traffic  # noqa: PLC0415  # a replay needs no SUMO

    return Traffic(plan, start, truth)


def say(beat: Beat) -> None:
    """A line for whoever has started us; a parent that is gone is the end (SIGPIPE)."""
    sys.stdout.buffer.write(msgspec.json.encode(beat) + b"\n")
    sys.stdout.buffer.flush()


def _claim(folder: Path) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + CLAIM_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                os.close(lock)
                raise WorldRunsAlready(f"another process runs the world of {folder}") from error
        time.sleep(0.1)


def main(words: list[str]) -> int:
    """`FOLDER [START [SPEED]]`: runs until SIGTERM or until standard input ends."""
    folder = Path(words[0])
    start = float(words[1]) if len(words) > 1 else time.time()
    speed = float(words[2]) if len(words) > 2 else 1.0
    try:
        world = World(folder, start, speed)
    except WorldRunsAlready as error:
        print(error, file=sys.stderr)
        return RUNS_ALREADY
    except RecordingInvalid as error:
        print(error, file=sys.stderr)
        return 1

    def end(*_: object) -> None:
        world.ended = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: our parent ends us in order

    def orphaned() -> None:
        # A parent that was killed ends nobody in order; its end of our standard input closes.
        while os.read(sys.stdin.fileno(), 4096):
            pass
        end()

    Thread(target=orphaned, daemon=True).start()
    try:
        world.run()
    except BrokenPipeError:
        pass
    finally:
        world.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
