"""One thread that waits for thousands of sockets and timers at once."""

import heapq
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from typing import TypeVar

T = TypeVar("T")
Call = Callable[[], None]
Ready = Callable[[int], None]
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
TIMERS_PER_TURN = 500  # then sockets are looked at again, so that answers are not left lying
LONGEST_WAIT_SECONDS = 1.0


class EngineFailed(RuntimeError):
    """An error of a callback has ended the engine."""


class Engine:
    """Runs callbacks when sockets are ready and times have come. All but `post` and `stop` belong
    to its own thread, or to whoever prepares it before `run`."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Call]] = []
        self._ticket = count()
        self._soon: deque[Call] = deque()
        self._posted: deque[Call] = deque()
        self._running = True
        self._waker, self._wakened = socket.socketpair()
        self._wakened.setblocking(False)
        self.watch(self._wakened, self._woken)
        self.thread: threading.Thread | None = None
        self._failure: Exception | None = None

    def at(self, real: float, call: Call) -> None:
        """Call at a time of the monotonic clock, never early."""
        if real != float("inf"):
            # A time that has passed waits behind what is due now, else it could be first for ever.
            due = max(real, time.monotonic())
            heapq.heappush(self._timers, (due, next(self._ticket), call))

    def after(self, seconds: float, call: Call) -> None:
        self.at(time.monotonic() + seconds, call)

    def soon(self, call: Call) -> None:
        """Call at the end of this turn."""
        self._soon.append(call)

    def post(self, call: Call) -> None:
        """Call in the engine's thread; may be said from any thread.

        Raises:
            EngineFailed: an error of a callback has ended the engine.
        """
        if self._failure is not None:
            raise EngineFailed from self._failure
        self._posted.append(call)
        # Awake already, the engine may have taken the call, and ended by it.
        with suppress(OSError):
            self._waker.send(b"\0")

    def watch(self, sock: socket.socket, ready: Ready, events: int = READ) -> None:
        """Call `ready(events)` whenever the socket is ready."""
        self._selector.register(sock, events, ready)

    def rewatch(self, sock: socket.socket, ready: Ready, events: int) -> None:
        self._selector.modify(sock, events, ready)

    def unwatch(self, sock: socket.socket) -> None:
        with suppress(KeyError):  # a socket may be closed after the engine has ended
            self._selector.unregister(sock)

    def run(self) -> None:
        """Until `stop`; an exception of a callback ends it, as it is an error in the program."""
        try:
            while self._running:
                self._turn()
        except Exception as error:
            self._failure = error
            raise
        finally:
            self._selector.close()
            self._waker.close()
            self._wakened.close()

    def start(self) -> None:
        """`run` in a thread of its own."""
        self.thread = threading.Thread(target=self.run, name="fleet", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """End after the present turn; waits for the thread if there is one."""
        self.post(self._end)
        if self.thread is not None:
            self.thread.join()

    def ask(self, question: Callable[[], T], seconds: float = 30.0) -> T:
        """The answer of a callback run in the engine's thread; raises what it raises."""
        answer: Future[T] = Future()

        def reply() -> None:
            try:
                answer.set_result(question())
            except Exception as error:  # noqa: BLE001  # handed to the thread that asked
                answer.set_exception(error)

        self.post(reply)
        return answer.result(seconds)

    def _end(self) -> None:
        self._running = False

    def _turn(self) -> None:
        for key, events in self._selector.select(self._patience()):
            key.data(events)
        now = time.monotonic()
        for _ in range(TIMERS_PER_TURN):
            if not self._timers or self._timers[0][0] > now:
                break
            heapq.heappop(self._timers)[2]()
        while self._posted:
            self._posted.popleft()()
        while self._soon:
            self._soon.popleft()()

    def _patience(self) -> float:
        if not self._timers:
            return LONGEST_WAIT_SECONDS
        return min(LONGEST_WAIT_SECONDS, max(0.0, self._timers[0][0] - time.monotonic()))

    def _woken(self, _events: int) -> None:
        try:
            while self._wakened.recv(4096):
                pass
        except BlockingIOError:
            pass
