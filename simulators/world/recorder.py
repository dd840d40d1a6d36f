"""Records a world as fast as the machine allows: `python -m simulators.world.recorder PLAN ...`."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from simulators.world import plan as plans
from simulators.world.network import Network, alone, read_graph
from simulators.world.plan import Plan, Recorded
from simulators.world.recording import (
    EDITION,
    MAGIC,
    Head,
    Recording,
    RecordingInvalid,
    Writer,
    fingerprint,
)

WARM_SECONDS = 60  # a world that has just been filled drives unlike one that has lived
SUFFIX = ".frames"
SAY_SECONDS = 5.0
Say = Callable[[str], None]


class RecordingFailed(RuntimeError):
    """The world could not be recorded."""


def record(plan: Plan, file: Path, start: float, seconds: int, *, whole: bool, say: Say) -> None:
    """Makes a recording in a process of its own; `say` is told how far it is.

    Raises:
        RecordingFailed: the process says why.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made_of, log = file.with_name(f"{file.name}.plan"), file.with_name(f"{file.name}.log")
    plans.write(made_of, replace(plan, recording=None))
    words = [str(made_of), str(file), str(start), str(seconds), "whole" if whole else "slim"]
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulators.world.recorder", *words],
            stdout=subprocess.PIPE,
            stderr=said,
        )
    try:
        _follow(process, say)
        code = process.wait()
    finally:
        process.kill()
        process.wait()
    if code:
        lines = log.read_text("utf-8", "replace").strip().splitlines()
        raise RecordingFailed(lines[-1] if lines else f"the recorder ended with {code}")
    made_of.unlink()
    log.unlink()


def kept(plan: Plan, home: Path, start: float, seconds: int, *, whole: bool, say: Say) -> Recording:
    """The recording of a plan, from `home` if it is there, else made and kept there.

    Others of the folder are removed. Raises RecordingFailed.
    """
    name = fingerprint(plan, start, seconds, whole=whole)
    file = home / f"{name}{SUFFIX}"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(home):
        try:
            found = Recording.open(file)
        except RecordingInvalid as error:
            if file.exists():
                say(f"{error}; it is made anew")
            record(plan, file, start, seconds, whole=whole, say=say)
            found = Recording.open(file)
        for other in home.glob(f"*{SUFFIX}"):
            if other != file:
                other.unlink()
    return found


def played(plan: Plan, recording: Recording) -> Plan:
    """The plan of a world that plays this recording."""
    return replace(plan, recording=Recorded(str(recording.file), recording.head.fingerprint))


def _follow(process: "subprocess.Popen[bytes]", say: Say) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            told = json.loads(line)
            say(
                f"recording the world: {told['done']:.0%}, {told['vehicles']:,} vehicles under way,"
                f" {told['speed']:.1f} times as fast as the clock"
            )


def run(plan: Plan, file: Path, start: float, seconds: int, *, whole: bool) -> None:
    """Records in this process, which must not have run a world before; tells standard output."""
    from simulators.world.traffic import Traffic  # noqa: PLC0415  # only this process needs SUMO

    folder = Path(plan.network)
    network = Network(folder, read_graph(folder / "network.json")).fingerprint
    name = fingerprint(plan, start, seconds, whole=whole)
    head = Head(MAGIC, EDITION, name, network, plan.seed, start, whole)
    traffic = Traffic(plan, start - WARM_SECONDS)
    writer = Writer(file, head, frozenset(patrol.device for patrol in plan.patrols))
    began = said = time.monotonic()
    try:
        for step in range(1, WARM_SECONDS + seconds + 1):
            frame = traffic.step(start - WARM_SECONDS + step)
            if step > WARM_SECONDS:
                writer.add(frame, traffic.under_way)
            now = time.monotonic()
            if now - said > SAY_SECONDS:
                said = now
                _tell(step / (WARM_SECONDS + seconds), traffic.under_way, step / (now - began))
        writer.close()
    except BaseException:
        writer.abandon()
        raise
    finally:
        traffic.close()


def _tell(done: float, vehicles: int, speed: float) -> None:
    """A line for whoever has started us; a parent that is gone is the end (SIGPIPE)."""
    print(json.dumps({"done": done, "vehicles": vehicles, "speed": speed}), flush=True)


def main(words: list[str]) -> None:
    """`PLAN FILE START SECONDS whole|slim`."""
    plan, file, start, seconds, extent = words
    whole = extent == "whole"
    run(plans.read(Path(plan)), Path(file), float(start), int(seconds), whole=whole)


if __name__ == "__main__":
    main(sys.argv[1:])
