"""Places on the RTSP server, asked for over its control socket and held as long as it is open."""

import socket
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from simulators.sockets import named

SECONDS = 5.0
MOST_BYTES = 1 << 20


class ServerAway(ConnectionError):
    """The RTSP server does not run, or has ended: what was mounted is gone."""


class MountRefused(RuntimeError):
    """The RTSP server does not take the name: another feeds it, or it is none."""


class Mounts:
    """The mounts of one feeder. All of them end with `close`, or with its process.

    Methods may be called from any thread; they raise ServerAway once the server has ended.
    """

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._heard = bytearray()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(SECONDS)
        try:
            with named(path) as name:
                self._socket.connect(name)
        except OSError as error:
            self._socket.close()
            raise ServerAway(f"no RTSP server listens at {path}: {error}") from error

    def mount(self, name: str) -> int:
        """Makes `/cam/{name}`; gives the UDP port on 127.0.0.1 that takes its RTP (H.264, type 96).

        Raises:
            MountRefused
        """
        return int(self._ask({"do": "mount", "name": name})["port"])

    def unmount(self, name: str) -> None:
        """Takes it away; who looks at it is disconnected. Raises MountRefused."""
        self._ask({"do": "unmount", "name": name})

    def look(self) -> dict[str, int]:
        """All mounts of the server, with how many look at each."""
        return dict(self._ask({"do": "look"})["mounts"])

    def close(self) -> None:
        self._socket.close()

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            try:
                self._socket.sendall(msgspec.json.encode(order) + b"\n")
                answer = msgspec.json.decode(self._line(), type=dict[str, Any])
            except (OSError, msgspec.DecodeError) as error:
                raise ServerAway(f"the RTSP server does not answer: {error}") from error
        if not answer.get("ok"):
            raise MountRefused(str(answer.get("detail")))
        return answer

    def _line(self) -> bytes:
        while b"\n" not in self._heard and len(self._heard) < MOST_BYTES:
            more = self._socket.recv(4096)
            if not more:
                raise ConnectionError("it has ended")
            self._heard += more
        line, _, rest = bytes(self._heard).partition(b"\n")
        self._heard[:] = rest
        return line
