"""Reading the world: frames from its socket, connected again whenever it has gone."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import msgspec

from simulators.sockets import named
from simulators.world.frame import Frame
from simulators.world.teller import LENGTH_BYTES

PAUSE_SECONDS = 0.5
SILENT_SECONDS = 30.0  # a world that says nothing for so long is asked anew
MOST_BYTES = 64 * 2**20
log = logging.getLogger(__name__)


def frames(path: Path, ended: Event | None = None) -> Iterator[Frame]:
    """Frames as they come, for ever or until `ended`; waits while there is no world."""
    over = ended or Event()
    decoder = msgspec.msgpack.Decoder(Frame)
    while not over.is_set():
        with (
            suppress(OSError, msgspec.DecodeError),
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock,
        ):
            sock.settimeout(SILENT_SECONDS)
            with named(path) as name:
                sock.connect(name)
            while not over.is_set() and (data := _message(sock)) is not None:
                yield decoder.decode(data)
        over.wait(PAUSE_SECONDS)


class WorldReader:
    """Hands each frame to `heard` in a thread of its own until `close`."""

    def __init__(self, path: Path, heard: Callable[[Frame], None]) -> None:
        self._ended = Event()
        self._path = path
        self._heard = heard
        self.seen = 0.0  # monotonic time of the last frame
        self._thread = Thread(target=self._read, name="world", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join(2.0)

    def _read(self) -> None:
        for frame in frames(self._path, self._ended):
            self.seen = time.monotonic()
            try:
                self._heard(frame)
            except Exception:
                # The thread must outlive what one frame does to a reader.
                log.exception("a frame of the world could not be shown")


def _message(sock: socket.socket) -> bytes | None:
    head = _exactly(sock, LENGTH_BYTES)
    if head is None:
        return None
    length = int.from_bytes(head, "big")
    return _exactly(sock, length) if length <= MOST_BYTES else None


def _exactly(sock: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        more = sock.recv(min(count - len(data), 1 << 20))
        if not more:
            return None
        data += more
    return bytes(data)
