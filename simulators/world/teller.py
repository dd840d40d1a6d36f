"""Frames for readers over a Unix socket; who is slow loses frames, never what happened in them."""

import logging
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread

import msgspec

from simulators.sockets import named
from simulators.world.frame import Breach, Counted, Frame, Passing

WAITING = 4  # frames that wait for one reader: what is older is of no use to a picture
MOST_MISSED = (
    100_000  # passings kept for a reader that hangs; then the oldest are lost, and it is said
)
LENGTH_BYTES = 4
SEND_SECONDS = 30.0  # a reader that takes nothing for so long is let go
log = logging.getLogger(__name__)


@dataclass
class _Reader:
    """One connection with a thread of its own."""

    sock: socket.socket
    waiting: deque[tuple[Frame, bytes]] = field(default_factory=deque)
    passings: list[Passing] = field(default_factory=list)  # of frames that it has lost
    breaches: list[Breach] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    lost: int = 0
    ended: bool = False


class Teller:
    """Listens at a path; `tell` returns at once whatever readers do."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encoder = msgspec.msgpack.Encoder()
        self._readers: list[_Reader] = []
        self._changed = Condition()
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with named(path) as name:
            self._socket.bind(name)
        path.chmod(0o600)
        self._socket.listen(64)
        Thread(target=self._accept, name="world readers", daemon=True).start()

    @property
    def readers(self) -> int:
        """How many listen."""
        with self._changed:
            return len(self._readers)

    @property
    def lost(self) -> int:
        """Frames that readers who listen now have lost by being slow."""
        with self._changed:
            return sum(reader.lost for reader in self._readers)

    def tell(self, frame: Frame) -> None:
        """To everybody who listens."""
        data = self._encoder.encode(frame)
        with self._changed:
            for reader in self._readers:
                if len(reader.waiting) >= WAITING:
                    _drop(reader)
                reader.waiting.append((frame, data))
            self._changed.notify_all()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)
        with self._changed:
            for reader in self._readers:
                reader.ended = True
                with suppress(OSError):
                    reader.sock.shutdown(socket.SHUT_RDWR)
            self._changed.notify_all()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return  # closed
            sock.settimeout(SEND_SECONDS)
            reader = _Reader(sock)
            with self._changed:
                self._readers.append(reader)
            Thread(target=self._serve, args=(reader,), name="world reader", daemon=True).start()

    def _serve(self, reader: _Reader) -> None:
        with reader.sock, suppress(OSError):
            while (data := self._next(reader)) is not None:
                reader.sock.sendall(len(data).to_bytes(LENGTH_BYTES, "big") + data)
        with self._changed:
            self._readers.remove(reader)

    def _next(self, reader: _Reader) -> bytes | None:
        with self._changed:
            while not reader.waiting and not reader.ended:
                self._changed.wait()
            if reader.ended:
                return None
            frame, data = reader.waiting.popleft()
            passings, reader.passings = reader.passings, []
            breaches, reader.breaches = reader.breaches, []
            counted, reader.counted = reader.counted, []
        if passings or breaches or counted:
            whole = msgspec.structs.replace(
                frame,
                passings=passings + frame.passings,
                breaches=breaches + frame.breaches,
                counted=counted + frame.counted,
            )
            return msgspec.msgpack.encode(whole)
        return data


def _drop(reader: _Reader) -> None:
    frame, _ = reader.waiting.popleft()
    reader.lost += 1
    reader.passings += frame.passings
    reader.breaches += frame.breaches
    reader.counted += frame.counted
    if len(reader.passings) > MOST_MISSED:
        log.warning("a reader of the world hangs: %d passings are lost to it", len(reader.passings))
        reader.passings.clear()
