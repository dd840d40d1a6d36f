"""A running fleet takes orders on a Unix socket: a line of JSON in, a line of JSON out."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from simulators.faults import Fault
from simulators.lines import LineServer, ask
from simulators.run import Fleet
from simulators.world.orders import FASTEST


class Order(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What to do: `inject` with a fault, `heal` with its name, `speed` with a figure."""

    do: Literal["inject", "heal", "pause", "resume", "speed", "look"]
    fault: Fault | None = None
    name: str | None = None
    devices: list[str] | None = None
    speed: Annotated[float, Meta(gt=1, le=FASTEST)] | None = None


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
        self._server = LineServer(path, self._answer)

    def close(self) -> None:
        self._server.close()

    def _answer(self, line: bytes) -> bytes:
        return msgspec.json.encode(self._obey(line))

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
        answer = msgspec.json.decode(ask(path, msgspec.json.encode(order)), type=Answer)
    except OSError as error:
        raise ControlFailed(f"no fleet listens at {path}: {error}") from error
    if not answer.ok:
        raise ControlFailed(answer.detail)
    return answer


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


def _speed(fleet: Fleet, order: Order) -> str:
    if order.speed is None:
        raise ControlFailed("speed needs a figure")
    try:
        fleet.hurry(order.speed)
    except ValueError as error:
        raise ControlFailed(str(error)) from error
    return f"catching up at {order.speed:g} times the clock"


def _look(_fleet: Fleet, _order: Order) -> str:
    return ""


_ACTS: dict[str, Callable[[Fleet, Order], str]] = {
    "inject": _inject,
    "heal": _heal,
    "pause": _pause,
    "resume": _resume,
    "speed": _speed,
    "look": _look,
}
