"""Traffic signal controllers (交通信号机): say what they show, and obey."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from simulators.source import Body
from simulators.world.frame import Phase
from simulators.world.orders import SignalOrder
from simulators.world.view import WorldView

POLL_SECONDS = 1.0


class Hold(Struct, forbid_unknown_fields=True):
    """`args` of the command `signal_hold`: show a phase (from 0) for so many seconds."""

    phase: Annotated[int, Meta(ge=0, le=31)]
    seconds: Annotated[float, Meta(ge=1, le=600)]


class Controller:
    """A source of `readings`: at each change of phase, and every `interval` seconds."""

    def __init__(self, interval: float, signal: str, view: WorldView) -> None:
        self.interval = interval
        self._signal = signal
        self._view = view
        self._phase: int | None = None
        self._told = float("-inf")

    def begin(self, now: float) -> float:
        return now + POLL_SECONDS

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        return self.rest(), due + POLL_SECONDS

    def rest(self) -> Sequence[Body]:
        """What has not been told yet."""
        bodies = [self._tell(*switch) for switch in self._view.take_switches(self._signal)]
        time, shown = self._view.phase(self._signal)
        if shown is not None and time > self._told and self._is_due(time, shown):
            bodies.append(self._tell(time, shown))
        return bodies

    def _is_due(self, time: float, shown: Phase) -> bool:
        return shown.phase != self._phase or time - self._told >= self.interval

    def _tell(self, time: float, shown: Phase) -> Body:
        self._phase, self._told = shown.phase, time
        values = {
            "signal_phase": float(shown.phase),
            "signal_remaining": round(shown.remaining, 1),
        }
        return Body("readings", {"readings": values}, time)

    def hold(self, args: dict[str, object]) -> tuple[bool, str]:
        """The command `signal_hold`; raises msgspec.ValidationError."""
        asked = msgspec.convert(args, Hold)
        return self._view.order_signal(
            SignalOrder(self._signal, "hold", asked.phase, asked.seconds)
        )

    def auto(self) -> tuple[bool, str]:
        """Back to its program."""
        return self._view.order_signal(SignalOrder(self._signal, "auto"))

    def flash(self) -> tuple[bool, str]:
        """Flashing yellow."""
        return self._view.order_signal(SignalOrder(self._signal, "off"))
