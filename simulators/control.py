"""A running fleet takes orders on a Unix socket: a line of JSON in, a line of JSON out."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import msgspec
from msgspec import Struct

from simulators.faults import Fault
from simulators.run import Fleet

SECONDS = 10.0
MOST_BYTES = 65536


class Order(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What to do. `fault` with `do="inject"`, `name` with `do="heal"`."""

    do: Literal["inject", "heal", "pause", "resume", "look"]
    fault: Fault | None = None
    name: str | None = None
    devices: list[str] | None = None


class Answer(Struct, omit_defaults=True):
    """How it went, and the fleet afterwards."""

    ok: bool
    detail: str = ""
    snapshot: dict[str, Any] = {}


class ControlFailed(RuntimeError):
    """No fleet runs there, or it refused."""


class Control:
    """Listens in a thread of its own until `close`."""

    def __init__(self, fleet: Fleet, path: Path) -> None:
        self._fleet = fleet
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        early = path.with_name("control.new")  # callers see the socket once it listens
        early.unlink(missing_ok=True)
        self._socket.bind(str(early))
        early.chmod(0o600)
        self._socket.listen()
        early.rename(path)
        self._thread = Thread(target=self._serve, name="control", daemon=True)
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
                caller.sendall(msgspec.json.encode(self._obey(_line(caller))) + b"\n")

    def _obey(self, line: bytes) -> Answer:
        try:
            order = msgspec.json.decode(line, type=Order)
            detail = _ACTS[order.do](self._fleet, order)
        except (msgspec.DecodeError, ControlFailed) as error:
            return Answer(ok=False, detail=str(error))
        return Answer(ok=True, detail=detail, snapshot=msgspec.to_builtins(self._fleet.snapshot()))


def give(path: Path, order: Order) -> Answer:
    """Give an order to the fleet whose socket this is; raises ControlFailed."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(SECONDS)
            sock.connect(str(path))
            sock.sendall(msgspec.json.encode(order) + b"\n")
            answer = msgspec.json.decode(_line(sock), type=Answer)
    except OSError as error:
        raise ControlFailed(f"no fleet listens at {path}: {error}") from error
    if not answer.ok:
        raise ControlFailed(answer.detail)
    return answer


def _line(sock: socket.socket) -> bytes:
    data = b""
    while b"\n" not in data and len(data) < MOST_BYTES:
        more = sock.recv(4096)
        if not more:
            break
        data += more
    return data


def _inject(fleet: Fleet, order: Order) -> str:
    if order.fault is None:
        raise ControlFailed("inject needs a fault")
    struck = fleet.inject(order.fault, order.devices)
    return f"{order.fault.name} on at {len(struck)} devices"


def _heal(fleet: Fleet, order: Order) -> str:
    if order.name is None:
        raise ControlFailed("heal needs the name of a fault")
    fleet.heal(order.name)
    return f"{order.name} off"


def _pause(fleet: Fleet, _order: Order) -> str:
    fleet.pause()
    return "paused"


def _resume(fleet: Fleet, _order: Order) -> str:
    fleet.resume()
    return "running"


def _look(_fleet: Fleet, _order: Order) -> str:
    return ""


_ACTS: dict[str, Callable[[Fleet, Order], str]] = {
    "inject": _inject,
    "heal": _heal,
    "pause": _pause,
    "resume": _resume,
    "look": _look,
}
