"""Hearing the world: its newest frame, from a socket that is dialled again whenever it ends."""

import socket
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread

import msgspec

from simulators.cameras.motion import Step
from simulators.world.frame import Frame

LENGTH_BYTES = 4  # before each frame, big-endian
MOST_BYTES = 64 << 20
SILENT_SECONDS = 30.0
PAUSE_SECONDS = 0.5


class News:
    """Steps of the world as they come, taken by one reader; steps nobody took are dropped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._waiting: list[tuple[Step, Frame, float]] = []
        self._ended = Event()
        self._thread = Thread(target=self._listen, name="world", daemon=True)
        self._thread.start()

    def take(self) -> list[tuple[Step, Frame, float]]:
        """Steps since the last call, at most two, with the monotonic time at which they came."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting

    def close(self) -> None:
        self._ended.set()

    def _listen(self) -> None:
        decoder = msgspec.msgpack.Decoder(Frame)
        while not self._ended.is_set():
            with suppress(OSError, msgspec.DecodeError), socket.socket(socket.AF_UNIX) as dialled:
                dialled.settimeout(SILENT_SECONDS)
                dialled.connect(str(self._path))
                while not self._ended.is_set():
                    self._heard(decoder.decode(_message(dialled)))
            self._ended.wait(PAUSE_SECONDS)

    def _heard(self, frame: Frame) -> None:
        heard = (Step.of(frame), frame, time.monotonic())
        with self._lock:
            # Two are enough to draw from; what is older no camera will show.
            self._waiting = [*self._waiting[-1:], heard]


def _message(dialled: socket.socket) -> bytes:
    length = int.from_bytes(_exactly(dialled, LENGTH_BYTES), "big")
    if length > MOST_BYTES:
        raise ConnectionError(f"a frame of {length} bytes is none")
    return _exactly(dialled, length)


def _exactly(dialled: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        more = dialled.recv(min(count - len(data), 1 << 20))
        if not more:
            raise ConnectionError("the world has ended")
        data += more
    return bytes(data)
