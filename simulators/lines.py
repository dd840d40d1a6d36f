"""Lines on a Unix socket: one in, one out, each caller in turn."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

from simulators.sockets import named

SECONDS = 10.0
MOST_BYTES = 65536


class LineServer:
    """Answers in a thread of its own until `close`."""

    def __init__(self, path: Path, answer: Callable[[bytes], bytes]) -> None:
        self._path = path
        self._answer = answer
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        early = path.with_suffix(".new")  # callers see the socket once it listens
        early.unlink(missing_ok=True)
        with named(early) as name:
            self._socket.bind(name)
        early.chmod(0o600)
        self._socket.listen()
        early.rename(path)
        self._thread = Thread(target=self._serve, name=path.name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return  # closed
            with caller, suppress(OSError):
                caller.settimeout(SECONDS)
                caller.sendall(self._answer(_line(caller)) + b"\n")


def ask(path: Path, line: bytes) -> bytes:
    """The answer to a line; raises OSError where nobody listens or none comes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(SECONDS)
        with named(path) as name:
            sock.connect(name)
        sock.sendall(line + b"\n")
        answer = _line(sock)
    if not answer:
        raise ConnectionResetError("no answer came")
    return answer


def _line(sock: socket.socket) -> bytes:
    data = b""
    while b"\n" not in data and len(data) < MOST_BYTES:
        more = sock.recv(4096)
        if not more:
            break
        data += more
    return data
