"""What is stored is what happened in the world, in order and after a kill."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from server.benches import truths
from server.benches.site import until
from server.benches.truth import World, settled
from simulators.epolice import PAINT_SECONDS

SECONDS = 75.0  # at least one whole minute is counted
BEFORE_KILL, AFTER_KILL = 3.0, 6.0  # what sites saw just before a kill may be lost with them
UNPAINTED = BEFORE_KILL + PAINT_SECONDS  # and what waits for its picture has no number yet


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(prefix="hengyang-truth-"))
    made = World(folder, test=True)
    try:
        made.up()
        yield made
    finally:
        made.site.down()
        shutil.rmtree(folder)


@pytest.mark.timeout(900)
def test_all_that_happened_is_stored_once_and_nothing_else(world: World) -> None:
    world.simulate()
    time.sleep(SECONDS)
    assert world.site.stop("simulate") == 0
    passed, violated = settled(world)
    assert passed.examples() == []
    assert violated.examples() == []
    assert passed.true > 50
    told = world.told
    assert truths.other_counts(truths.true_counts(told), world.counts()) == []
    metres, strange = truths.errors(told, world.fixes())
    assert (strange, metres[-1] < 10) == (0, True)
    assert len(metres) > 0.95 * len(told.positions)
    counted = truths.detectors(told, world.readings("generic-detector"))
    assert (counted.examples(), counted.true > 5) == ([], True)
    shown = truths.phases(told, world.readings("generic-signal"))
    assert (shown.examples(), shown.true > 20) == ([], True)


@pytest.mark.timeout(900)
def test_a_fleet_that_is_killed_and_started_again_loses_no_more_than_its_last_seconds(
    world: World,
) -> None:
    world.simulate()
    count = len(world.told.passings)
    until(lambda: len(world.told.passings) > count + 40, "vehicles pass", 180)
    world.site.kill("simulate")
    killed = time.time()
    world.simulate()
    count = len(world.told.passings)
    until(lambda: len(world.told.passings) > count + 40, "vehicles pass again", 180)
    assert world.site.stop("simulate") == 0
    passed, violated = settled(
        world, lambda moment: not killed - UNPAINTED < moment < killed + AFTER_KILL
    )
    assert passed.examples() == []
    assert violated.examples() == []


@pytest.mark.timeout(900)
def test_a_sumo_that_is_killed_is_started_anew_and_no_pass_is_wrong(world: World) -> None:
    world.simulate()
    runs = len(world.told.begun())
    fleet = psutil.Process(world.site.pid("simulate"))
    [sumo] = [child for child in fleet.children() if "simulators.world.process" in child.cmdline()]
    sumo.kill()
    killed = time.time()
    until(lambda: "it is started anew" in world.site.tail("simulate"), "its end is said", 60)
    until(lambda: len(world.told.begun()) > runs, "another world runs", 120)
    until(lambda: world.told.passings[-1]["time"] > time.time() - 10, "vehicles pass", 180)
    assert world.site.stop("simulate") == 0
    passed, violated = settled(
        world, lambda moment: not killed - BEFORE_KILL < moment < killed + AFTER_KILL
    )
    assert (passed.double, passed.extra, passed.wrong) == ([], [], [])
    assert violated.extra == []
