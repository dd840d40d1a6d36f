"""A device on the engine: what waits must not keep the engine from anything else."""

import threading

import pytest

from simulators.clock import Clock
from simulators.device import Sending
from simulators.engine import Engine, EngineFailed
from simulators.faults import Episode
from simulators.runner import Runner
from tests.unit.simulators.devices import device


class Refusing:
    """A line that hands out what it was given, and is cut."""

    def __init__(self) -> None:
        self.up = True
        self.wanted = True
        self.taken: list[Sending] = []

    def want(self, wanted: bool) -> None:
        self.wanted = wanted

    def room(self) -> bool:
        return self.up

    def publish(self, sending: Sending) -> None:
        self.taken.append(sending)

    def close(self, last_word: Sending) -> None:
        self.up = False


def test_a_device_refused_and_then_cut_off_leaves_the_engine_free() -> None:
    engine, clock, link = Engine(), Clock(), Refusing()
    runner = Runner(device(), engine, clock, announces=False)
    runner.start(link)
    refused = link.taken[0]
    runner.answered(refused, 0x10)
    link.up = False
    runner.link_down()
    fired = threading.Event()
    engine.after(3.0, fired.set)  # after the pause of the refused device, 0.75 s at most
    engine.start()
    try:
        assert fired.wait(60)
    finally:
        engine.stop()


def test_who_falls_away_in_the_moment_of_a_pause_comes_back_all_the_same() -> None:
    engine, clock, link = Engine(), Clock(), Refusing()
    runner = Runner(device(), engine, clock, announces=False)
    runner.start(link)
    runner.device.drop_out(Episode("drop_out", 30.0), clock.now())
    runner.tick()
    assert not link.wanted
    clock.pause()
    runner.tick()
    assert link.wanted
    engine.stop()
    engine.run()


def test_a_time_that_has_passed_does_not_come_before_what_is_due() -> None:
    engine, order, done = Engine(), [], threading.Event()

    def again() -> None:
        order.append("again")
        if len(order) == 5000:
            done.set()
        else:
            engine.at(0.0, again)

    engine.at(0.0, again)
    engine.after(0.0, lambda: order.append("other"))
    engine.start()
    try:
        assert done.wait(60)
    finally:
        engine.stop()
    assert order.index("other") < 10


def test_who_asks_an_engine_that_an_error_has_ended_is_told_of_the_error() -> None:
    engine = Engine()
    engine.soon(lambda: 1 // 0)  # type: ignore[arg-type]  # what it gives is not looked at
    with pytest.raises(ZeroDivisionError):
        engine.run()
    with pytest.raises(EngineFailed) as told:
        engine.ask(lambda: None)
    assert isinstance(told.value.__cause__, ZeroDivisionError)


def test_an_engine_that_ends_before_it_is_woken_has_ended() -> None:
    engine = Engine()
    engine.stop()
    engine.run()
    engine.stop()
