"""Traffic signals of the world: what they show, and orders to them."""

import libsumo

from simulators.world.frame import Phase
from simulators.world.orders import OrderRefused, SignalOrder
from simulators.world.stoplines import Link

PROGRAM = "0"  # as netconvert names the one that it makes
LONGEST_HOLD_SECONDS = 600.0


class Signals:
    """All signals of the running simulation; each is asked only when it has switched."""

    def __init__(self) -> None:
        self.ids: tuple[str, ...] = tuple(libsumo.trafficlight.getIDList())
        self.aspects: dict[str, str] = {}
        self._phases: dict[str, int] = {}
        self._switches: dict[str, float] = dict.fromkeys(self.ids, 0.0)
        self._counts: dict[str, int] = {}
        for name in self.ids:
            self._look(name)
            programs = libsumo.trafficlight.getAllProgramLogics(name)
            self._counts[name] = len(programs[0].phases) if programs else 0

    def step(self) -> None:
        """After each step: look at those that have switched."""
        now = libsumo.simulation.getTime()
        for name, at in self._switches.items():
            if at < now:
                self._look(name)

    def phases(self) -> list[Phase]:
        """What all signals show, in the order of their names in SUMO."""
        now = libsumo.simulation.getTime()
        return [
            Phase(name, self._phases[name], self.aspects[name], max(0.0, at - now))
            for name, at in self._switches.items()
        ]

    def phase(self, name: str) -> int:
        """What one shows."""
        return self._phases[name]

    def obey(self, order: SignalOrder) -> str:
        """Carries out one order; raises OrderRefused."""
        if order.signal not in self._switches:
            raise OrderRefused(f"no signal {order.signal}")
        if order.act == "hold":
            self._hold(order)
        else:
            program = PROGRAM if order.act == "auto" else "off"
            libsumo.trafficlight.setProgram(order.signal, program)
        self._look(order.signal)
        return f"{order.signal} {order.act}"

    def links(self, lane: str, signal: str) -> tuple[Link, ...]:
        """The ways over the crossing from a lane."""
        found = libsumo.trafficlight.getControlledLinks(signal)
        return tuple(
            Link(index, via, target[: target.rindex("_")])
            for index, group in enumerate(found)
            for source, target, via in group
            if source == lane
        )

    def _hold(self, order: SignalOrder) -> None:
        count = self._counts[order.signal]
        if not 0 <= order.phase < count:
            raise OrderRefused(f"{order.signal} has phases 0 to {count - 1}")
        if not 1 <= order.seconds <= LONGEST_HOLD_SECONDS:
            raise OrderRefused(f"a phase is held for 1 to {LONGEST_HOLD_SECONDS:g} seconds")
        libsumo.trafficlight.setProgram(order.signal, PROGRAM)
        libsumo.trafficlight.setPhase(order.signal, order.phase)
        libsumo.trafficlight.setPhaseDuration(order.signal, order.seconds)

    def _look(self, name: str) -> None:
        light = libsumo.trafficlight
        self.aspects[name] = light.getRedYellowGreenState(name)
        self._phases[name] = light.getPhase(name)
        self._switches[name] = light.getNextSwitch(name)
