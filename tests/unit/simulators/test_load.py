"""Added load: as many passes as wanted, told by their plates, never in the way of true ones."""

from collections.abc import Sequence

import pytest

from center.plates import is_plate
from simulators.load import WithLoad, share
from simulators.plates import LOAD_STOCK, car, is_load, load_plate
from simulators.randomness import generator
from simulators.source import Body

TRUE = Body("pass", {"plate": "湘D12345"}, 3.0)


class Quiet:
    """A source that looks twice a second and sees one car."""

    interval = 0.5

    def begin(self, now: float) -> float:
        return now + 0.25

    def step(self, due: float) -> tuple[Sequence[Body], float]:
        return ([TRUE] if 3.0 <= due < 3.5 else []), due + 0.5


def run(source: WithLoad, seconds: float) -> list[tuple[float, Body]]:
    due, told = source.begin(0.0), []
    while due < seconds:
        bodies, following = source.step(due)
        told += [(due, body) for body in bodies]
        due = following
    return told


def test_a_plate_of_the_load_is_none_of_a_vehicle() -> None:
    plates = {load_plate(index) for index in range(0, LOAD_STOCK, 997)}
    assert all(is_load(plate) and not is_plate(plate) for plate in plates)
    assert load_plate(0) == load_plate(LOAD_STOCK) == "测A00000"
    assert load_plate(LOAD_STOCK - 1) == "测B99999"
    assert not any(is_load(car(1, index).plate) for index in range(2000))


def test_so_many_come_as_are_wanted_at_their_own_times_and_the_true_one_is_untouched() -> None:
    told = run(WithLoad(Quiet(), 2.0, 6, generator(1, "load")), 1000)
    load = [(due, body) for due, body in told if is_load(body.fields["plate"])]
    assert len(load) == pytest.approx(2000, rel=0.1)
    assert all(due - 0.5 <= body.time <= due for due, body in load if body.time is not None)
    assert {body.fields["lane"] for _, body in load} == set(range(1, 7))
    assert all("evidence" not in body.fields for _, body in load)
    assert [body for _, body in told if not is_load(body.fields["plate"])] == [TRUE]


def test_after_a_pause_what_was_not_seen_is_not_made_up() -> None:
    source = WithLoad(Quiet(), 2.0, 4, generator(1, "load"))
    source.begin(0.0)
    due = source.begin(10_000.0)
    assert len(source.step(due)[0]) < 10


def test_another_interval_is_that_of_the_site_itself() -> None:
    within = Quiet()
    source = WithLoad(within, 1.0, 4, generator(1, "load"))
    source.interval = 9.0
    assert (within.interval, source.interval) == (9.0, 9.0)


def test_load_is_what_the_world_lacks() -> None:
    assert share(1000.0, 100.0, 600) == 1.5
    assert share(1000.0, 2000.0, 600) == 0.0
    assert share(1000.0, 0.0, 0) == 0.0
