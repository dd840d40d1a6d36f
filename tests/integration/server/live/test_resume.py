"""A line that was lost is taken up again without loss, by whichever process."""

import threading
from collections.abc import Iterator

import pytest

from deploy.stack.ports import free_ports
from tests.integration.patience import wait_for
from tests.integration.server.live.line import CITY, Line, line, token_of, watching
from tests.integration.server.live.town import HERE, Town
from tests.integration.serving import answers, serving

AWAY = (113.5, 27.5)
AREA = (112.5, 26.8, 112.7, 27.0)


@pytest.fixture
def other_port(port: int) -> Iterator[int]:
    """A second process that serves the same city."""
    [free] = free_ports(1)
    with serving(free, 1):
        wait_for(lambda: answers(free), 300)
        yield free


def take_up(opened: Line, token: str, before: Line, area: tuple[float, ...] = AREA) -> dict:
    """Goes on where the line before ended; the first frame about devices."""
    opened.devices = dict(before.devices)
    opened.hello(token, before.cursor)
    opened.watch(area)  # type: ignore[arg-type]  # four of them
    while True:
        frame = opened.next()
        if frame.get("topic") == "devices":
            return frame


def settle(seen: Line) -> None:
    """Long enough that a cursor no longer reaches back before what was told at first."""
    seen.listen(7)


def test_another_process_tells_what_changed_meanwhile_and_no_more(
    town: Town, port: int, other_port: int
) -> None:
    for number in range(20):
        town.read(town.enter(f"D-{number}"), number, None, None, None)
    stays = town.enter("CAR-1", "generic-vehicle", place=None)
    leaves = town.enter("CAR-2", "generic-vehicle", place=None)
    for car in (stays, leaves):
        town.drive(car, *HERE)
    token = token_of(port, "operator")
    with watching(port, token, *AREA) as before:
        settle(before)
    town.read("D-1", 77, None, None, None)
    town.state("D-2", "offline")
    town.drive(leaves, *AWAY)
    with line(other_port) as after:
        first = take_up(after, token, before)
        assert first["t"] == "delta"
        assert {item["id"] for item in first["items"]} == {"D-1", "D-2"}
        assert leaves in first["removed"]
        assert after.devices["D-1"]["q"] == {"bin_fill": 77}
        assert set(after.devices) == {*(f"D-{n}" for n in range(20)), stays}
        town.read("D-3", 78, None, None, None)
        after.until(lambda: after.devices["D-3"]["q"] == {"bin_fill": 78})


@pytest.mark.parametrize("cursor", ["x", "1.2.3.4", "zzzzzzz.1.zzzzzzzzzzzzzzzzzz.1"])
def test_a_cursor_that_leads_nowhere_is_a_new_snapshot(town: Town, port: int, cursor: str) -> None:
    town.enter("D-1")
    with line(port) as opened:
        opened.hello(token_of(port, "operator"), cursor)
        opened.watch(CITY)
        opened.hear("snapshot", "devices")
        assert set(opened.devices) == {"D-1"}


def test_so_is_another_viewport_and_a_changed_register(town: Town, port: int) -> None:
    town.enter("D-1")
    token = token_of(port, "operator")
    with watching(port, token, *AREA) as before:
        settle(before)
    with line(port) as after:
        assert take_up(after, token, before, CITY)["t"] == "snapshot"
    with line(port) as after:
        assert take_up(after, token, before)["t"] == "delta"
    with watching(port, token, *AREA) as other:
        town.change("D-1", "division_code = '430408001001', name = 'moved'")
        other.until(lambda: other.devices["D-1"]["n"] == "moved")
    with line(port) as after:
        assert take_up(after, token, before)["t"] == "snapshot"


def test_nothing_is_lost_between_snapshot_and_deltas_however_often_one_comes_back(
    town: Town, port: int, other_port: int
) -> None:
    """While readings go on, a viewer drops and returns, to and fro between two processes."""
    names = [town.enter(f"D-{number}") for number in range(10)]
    token = token_of(port, "operator")
    done = threading.Event()
    last: dict[str, int] = {}

    def go_on() -> None:
        for turn in range(1, 10_000):
            for name in names:
                town.read(name, turn, None, None, None)
                last[name] = turn
            if done.is_set():
                return

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        with watching(port, token, *AREA) as seen:
            pass
        for turn in range(8):
            with line(other_port if turn % 2 else port) as after:
                take_up(after, token, seen)
                after.listen(0.3)
            seen = after
    finally:
        done.set()
        writer.join()
    with line(port) as after:
        take_up(after, token, seen)
        after.until(
            lambda: {name: item["q"]["bin_fill"] for name, item in after.devices.items()} == last
        )


def test_two_processes_tell_the_same(town: Town, port: int, other_port: int) -> None:
    town.read(town.enter("D-1"), 1, None, None, None)
    token = token_of(port, "operator")
    with watching(port, token) as one, watching(other_port, token) as other:
        town.read("D-1", 2, None, None, None)
        for seen in (one, other):
            seen.until(lambda s=seen: s.devices["D-1"]["q"] == {"bin_fill": 2})
        assert one.devices == other.devices
