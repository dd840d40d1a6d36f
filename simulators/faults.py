"""What goes wrong in the field, on purpose: faults as rows of a scenario, chances per device."""

from collections.abc import Iterable
from random import Random
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from simulators.cameras.names import FLAWS

Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(gt=0, le=1)]

EPISODES = ("drop_out", "silence", "reboot", "lost_buffer", "excess", *FLAWS)
TOUCHES = ("duplicate", "late", "corrupt")


# Those that a time line can set to a moment.
PlannedName = Literal[
    "drop_out", "silence", "reboot", "lost_buffer", "duplicate", "late", "corrupt", "skew",
    "loss", "freeze", "no_key_frames", "moved",
    "black", "blur", "over_exposure", "colour_cast", "noise", "occlusion",
]  # fmt: skip


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """One fault that befalls a share of the devices.

    Episodes (drop_out, silence, reboot, lost_buffer, excess) come once in `every_seconds` in the
    mean and last `seconds`. In an excess a sensor reads `value` for its `quantity`, which is true
    in its world: not a broken sensor but water, gas or a lifted cover. Touches (duplicate, late,
    corrupt) befall a message with `probability`; a late one is held back for up to `seconds`.
    Faults of cameras (simulators/cameras/names.py) are episodes too and befall cameras alone.
    `skew` sets the clock off by up to `seconds`
    either way for as long as the fault is on.
    """

    name: Literal[PlannedName, "excess"]
    share: Share = 1.0
    kinds: tuple[str, ...] = ()  # none named: all
    every_seconds: Positive = 600.0
    seconds: Positive = 30.0
    probability: Share = 0.01
    quantity: str = ""  # excess only; it befalls those who measure it
    value: float = 0.0


class Touch(NamedTuple):
    """What happens to one message on its first way out."""

    copies: int = 1
    corrupt: bool = False
    hold_seconds: float = 0.0


CLEAN = Touch()


class Episode(NamedTuple):
    """One fault that begins now."""

    name: str
    seconds: float
    quantity: str = ""
    value: float = 0.0


class Planned(NamedTuple):
    """A fault that is on from a moment to another, once. Epoch seconds of the simulated clock."""

    start: float
    end: float
    fault: Fault


class Troubles:
    """The faults of one device. Times are epoch seconds of the simulated clock."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._touches: dict[str, Fault] = {}
        self._episodes: dict[str, tuple[Fault, float]] = {}
        self._planned: list[Planned] = []
        self._ending: list[tuple[float, str]] = []
        self.skew = 0.0
        self.due = float("inf")  # when the next episode begins
        self.started: dict[str, int] = {}

    def add(self, fault: Fault, now: float) -> None:
        """Switch a fault on; the same name again replaces it."""
        if fault.name in TOUCHES:
            self._touches[fault.name] = fault
        elif fault.name == "skew":
            self.skew = self._chance.uniform(-fault.seconds, fault.seconds)
            self._count("skew")
        else:
            self._episodes[fault.name] = (fault, now + self._pause(fault))
        self._look_ahead()

    def plan(self, planned: Iterable[Planned]) -> None:
        """Faults of the time line; each comes at its moment, whatever else is on."""
        self._planned += planned
        self._look_ahead()

    def remove(self, name: str) -> None:
        """Switch a fault off; an episode under way ends by itself."""
        self._touches.pop(name, None)
        self._episodes.pop(name, None)
        if name == "skew":
            self.skew = 0.0
        self._look_ahead()

    def begin(self, now: float) -> list[Episode]:
        """Episodes that begin by now."""
        for name in [name for when, name in self._ending if when <= now]:
            self.remove(name)
        self._ending = [(when, name) for when, name in self._ending if when > now]
        begun = self._begin_planned(now)
        for name, (fault, when) in list(self._episodes.items()):
            if when <= now:
                seconds = fault.seconds * self._chance.uniform(0.5, 1.5)
                self._episodes[name] = (fault, now + seconds + self._pause(fault))
                self._count(name)
                begun.append(Episode(name, seconds, fault.quantity, fault.value))
        self._look_ahead()
        return begun

    def _begin_planned(self, now: float) -> list[Episode]:
        begun = []
        for planned in [planned for planned in self._planned if planned.start <= now]:
            self._planned.remove(planned)
            fault, left = planned.fault, planned.end - now
            if left <= 0:
                continue  # all of it was in a pause
            if fault.name in EPISODES:
                self._count(fault.name)
                begun.append(Episode(fault.name, left))
            else:
                self.add(fault, now)
                self._ending.append((planned.end, fault.name))
        return begun

    def touch(self) -> Touch:
        """The fate of the next message."""
        if not self._touches:
            return CLEAN
        struck = {n: f for n, f in self._touches.items() if self._chance.random() < f.probability}
        for name in struck:
            self._count(name)
        late = struck.get("late")
        return Touch(
            copies=2 if "duplicate" in struck else 1,
            corrupt="corrupt" in struck,
            hold_seconds=self._chance.uniform(0, late.seconds) if late else 0.0,
        )

    def damage(self, payload: bytes) -> bytes:
        """What a bad line makes of a payload: never what it was."""
        chance, ways = self._chance, (_cut, _flip, _garbage, _not_a_number, _wrong_type)
        return chance.choice(ways)(payload, chance)

    def _look_ahead(self) -> None:
        episodes = [when for _, when in self._episodes.values()]
        planned = [planned.start for planned in self._planned] + [when for when, _ in self._ending]
        self.due = min([*episodes, *planned], default=float("inf"))

    def _pause(self, fault: Fault) -> float:
        return self._chance.expovariate(1 / fault.every_seconds)

    def _count(self, name: str) -> None:
        self.started[name] = self.started.get(name, 0) + 1


def _cut(payload: bytes, chance: Random) -> bytes:
    return payload[: chance.randrange(len(payload))]


def _flip(payload: bytes, _chance: Random) -> bytes:
    """The opening bracket is hit: the payload can be no object any more."""
    return bytes([payload[0] ^ 0x40]) + payload[1:]


def _garbage(payload: bytes, chance: Random) -> bytes:
    return b"\xff" + chance.randbytes(len(payload))


def _not_a_number(payload: bytes, _chance: Random) -> bytes:
    return payload.rstrip(b"}") + b',"broken":NaN}'


def _wrong_type(_payload: bytes, _chance: Random) -> bytes:
    return b'{"boot":"one","seq":null,"time":"yesterday"}'
