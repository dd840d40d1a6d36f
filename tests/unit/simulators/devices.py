"""A device that counts, for tests."""

from collections.abc import Sequence
from random import Random

from simulators.boots import Boots
from simulators.buffer import Buffer
from simulators.device import Device, Sending
from simulators.faults import Troubles
from simulators.flash import Flash
from simulators.source import Body
from simulators.spec import DeviceSpec
from simulators.witness import Witness

NOW = 1_795_320_000.0
SPEC = DeviceSpec("d-1", "sensor", "generic-lamp", "灯", "430405", 112.6, 26.9, (), 1.0, 1.0)


class Clockwork:
    """A source that counts."""

    interval = 1.0

    def __init__(self) -> None:
        self.count = 0

    def begin(self, now: float) -> float:
        return now

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        self.count += 1
        return (Body("readings", {"readings": {"n": float(self.count)}}),), due + self.interval


def device(
    spec: DeviceSpec = SPEC, flash: Flash | None = None, boots: Boots | None = None
) -> Device:
    troubles, chance, buffer = Troubles(Random(1)), Random(1), Buffer(1200, 600.0)
    made = Device(
        spec, Clockwork(), troubles, boots or Boots(), Witness(), chance, buffer, flash=flash
    )
    made.recall()
    made.start(NOW)
    return made


def sent(made: Device, real: float = 0.0) -> list[Sending]:
    return list(iter(lambda: made.next(real), None))


def numbers(sendings: list[Sending]) -> list[tuple[int, int]]:
    return [sending.message.key for sending in sendings if sending.message]
