"""Orders to a running world, and what it says of itself. Imports nothing of SUMO."""

from typing import Literal

from msgspec import Struct

PLAN, FRAMES, CONTROL, TRUTH = "plan.json", "frames.sock", "control.sock", "truth"
FASTEST = 100.0
RUNS_ALREADY = 3  # exit code of the process


class WorldRunsAlready(RuntimeError):
    """Another process runs the world of this folder."""


class OrderRefused(ValueError):
    """The world or a signal of it cannot do this."""


class SignalOrder(Struct, forbid_unknown_fields=True):
    """`hold`: show a phase for so long, then go on. `auto`: the program. `off`: flashing yellow."""

    signal: str
    act: Literal["hold", "auto", "off"]
    phase: int = 0
    seconds: float = 30.0


class WorldOrder(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What to do: `speed` with a figure, `signal` with an order to one."""

    do: Literal["look", "pause", "resume", "speed", "signal"]
    speed: float = 1.0
    signal: SignalOrder | None = None


class Beat(Struct, omit_defaults=True):
    """How the world is; also the answer to an order."""

    time: float  # simulated, epoch seconds
    vehicles: int
    step_milliseconds: float
    skipped: int  # seconds that no step has shown, as the machine was too slow
    paused: bool
    speed: float
    readers: int
    lost_frames: int
    ok: bool = True
    detail: str = ""
