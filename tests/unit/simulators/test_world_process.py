"""The world in a process of its own: readers, orders, and what happens when it ends or hangs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from simulators.world.frame import Frame
from simulators.world.keeper import Keeper, WorldFailed, give
from simulators.world.orders import FRAMES, SignalOrder, WorldOrder, WorldRunsAlready
from simulators.world.pace import Pace
from simulators.world.reader import WorldReader
from tests.unit.simulators.worlds import folder_of_a_world

PATIENCE = 60.0


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of_a_world(tmp_path, vehicles=120, sites=10)


@contextmanager
def keeping(folder: Path, hang_seconds: float = 30.0) -> Iterator[tuple[Keeper, list[str]]]:
    said: list[str] = []
    with closing(Keeper(folder, said.append, hang_seconds)) as keeper:
        yield keeper, said


@contextmanager
def reading(folder: Path) -> Iterator[list[Frame]]:
    heard: list[Frame] = []
    with closing(WorldReader(folder / FRAMES, heard.append)):
        yield heard


def test_a_world_without_a_plan_says_so(tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    with pytest.raises(WorldFailed, match=r"did not come up.*plan\.json"):
        Keeper(tmp_path / "world", print)


def test_a_second_world_of_the_same_folder_is_refused(folder: Path) -> None:
    with keeping(folder), pytest.raises(WorldRunsAlready):
        Keeper(folder, print)


def test_orders_that_make_no_sense_are_refused(folder: Path) -> None:
    with pytest.raises(WorldFailed, match="no world listens"):
        give(folder, WorldOrder(do="look"))
    with keeping(folder) as (keeper, _):
        with pytest.raises(WorldFailed, match="1 to 100 times"):
            keeper.give(WorldOrder(do="speed", speed=1000))
        with pytest.raises(WorldFailed, match="no signal"):
            keeper.give(WorldOrder(do="signal", signal=SignalOrder("x", "auto")))
        with pytest.raises(WorldFailed, match="names one"):
            keeper.give(WorldOrder(do="signal"))


def test_frames_come_each_second_with_the_time_of_the_clock(folder: Path) -> None:
    with keeping(folder), reading(folder) as heard:
        until(lambda: len(heard) > 3)
        moments = [frame.time for frame in heard]
        assert moments == [moments[0] + n for n in range(len(moments))]
        assert abs(time.time() - moments[-1]) < 3


def test_a_paused_world_stands_still_and_goes_on_at_the_present(folder: Path) -> None:
    with keeping(folder) as (keeper, _), reading(folder) as heard:
        until(lambda: heard)
        assert keeper.give(WorldOrder(do="pause")).paused
        until(lambda: heard[-1].paused)
        stood = len(heard)
        time.sleep(1.5)
        assert len(heard) == stood
        assert not keeper.give(WorldOrder(do="resume")).paused
        until(lambda: len(heard) > stood)
        assert abs(heard[-1].time - time.time()) < 3


def test_a_world_in_the_past_hurries_until_it_is_now(folder: Path) -> None:
    with keeping(folder) as (keeper, _), reading(folder) as heard:
        until(lambda: heard)
        keeper.give(WorldOrder(do="pause"))
        time.sleep(4)
        count = len(heard)
        assert keeper.give(WorldOrder(do="speed", speed=20)).speed == 20
        until(lambda: heard[-1].time > time.time() - 1.5)
        moments = [frame.time for frame in heard[count - 1 :]]
        assert moments == [moments[0] + n for n in range(len(moments))]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_world_that_ends_or_hangs_is_said_and_started_anew_at_the_right_time(
    number: signal.Signals, folder: Path
) -> None:
    with keeping(folder, hang_seconds=3.0) as (keeper, said), reading(folder) as heard:
        until(lambda: heard)
        first = keeper.pid
        os.kill(first, number)
        until(lambda: keeper.restarts == 1)
        count = len(heard)
        until(lambda: len(heard) > count + 1)
        assert keeper.pid != first
        assert abs(heard[-1].time - time.time()) < 3
        [line] = said
        assert ("hung for 3 s" if number == signal.SIGSTOP else "signal 9") in line


def test_the_world_ends_with_its_parent(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from simulators.world.keeper import Keeper;"
        " print(Keeper(Path(sys.argv[1]), print).pid, flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not Path(f"/proc/{pid}").exists())


def test_a_slow_world_gives_seconds_up_and_a_past_one_catches_up() -> None:
    pace = Pace(1000.2, 1000.2)
    assert pace.due() == 1001
    assert [pace.step(1001.1), pace.step(1002.0)] == [1001, 1002]
    assert pace.step(1012.5) == 1012
    assert pace.skipped == 9
    late = Pace(900.0, 1000.0, speed=10.0)
    assert late.due() == pytest.approx(1000.1)
    wall, moments = 1000.0, []
    while late.speed > 1:
        wall = max(wall, late.due())
        moments.append(late.step(wall))
    assert moments == list(range(901, 901 + len(moments)))
    assert wall == pytest.approx(1011, abs=1.2)
    assert late.due() == late.last + 1


def test_a_pause_is_left_out_and_counts_as_nobodys_seconds() -> None:
    pace = Pace(1000.0, 1000.0)
    pace.pause()
    assert pace.due() == float("inf")
    pace.resume(1100.4)
    assert pace.step(1101.0) == 1101
    assert pace.skipped == 0
