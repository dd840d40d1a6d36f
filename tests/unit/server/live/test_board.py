"""Who is told of which device: by viewport and division, coming, moving and leaving."""

from dataclasses import replace

import pytest

from server.live.board import Board
from server.live.cursor import Place
from server.live.known import DeviceChange
from server.live.source import System, Tick
from server.live.view import View

CITY, INNER, OUTER = ("4304",), ("430405",), ("430408",)
BOX = (112.0, 26.0, 113.0, 27.0)
HERE, AWAY = (112.5, 26.5), (114.0, 26.5)
ONE = DeviceChange(1, "A", "430405001", HERE, "online", b"a", b"a!", 10)


def tick(*changes: DeviceChange, xid: int = 10, **more: object) -> Tick:
    return Tick(Place(1, 1, xid), changes, **more)  # type: ignore[arg-type]


def view(scope: tuple[str, ...] = CITY, *, sees_alarms: bool = False) -> View:
    return View(BOX, scope, sees_alarms)


@pytest.fixture
def board() -> Board:
    made = Board()
    for scope in (CITY, INNER, OUTER):
        made.seen_by(scope)
    made.apply(tick(ONE))
    return made


@pytest.mark.parametrize("scope", [OUTER, (), ("4304080",)])
def test_who_is_of_another_division_sees_nothing(board: Board, scope: tuple[str, ...]) -> None:
    assert not len(board.inside(view(scope)))
    moves = board.apply(tick(replace(ONE, where=AWAY)))
    assert board.changed(moves, view(scope)) == ({}, [])
    assert board.changed_since(0, view(scope)) == ({}, [])
    assert board.figures(scope).devices.total == 0


@pytest.mark.parametrize("scope", [CITY, INNER])
def test_what_comes_moves_and_leaves(board: Board, scope: tuple[str, ...]) -> None:
    assert board.bodies(board.inside(view(scope)), view(scope)) == {"A": b"a"}
    moves = board.apply(tick(replace(ONE, body=b"moved")))
    assert board.changed(moves, view(scope)) == ({"A": b"moved"}, [])
    moves = board.apply(tick(replace(ONE, where=AWAY)))
    assert board.changed(moves, view(scope)) == ({}, ["A"])
    moves = board.apply(tick(replace(ONE, where=AWAY, body=b"far")))
    assert board.changed(moves, view(scope)) == ({}, [])


def test_what_changes_its_division_leaves_one_and_comes_to_the_other(board: Board) -> None:
    moves = board.apply(tick(replace(ONE, division="430408001")))
    assert board.changed(moves, view(INNER)) == ({}, ["A"])
    assert board.changed(moves, view(OUTER)) == ({"A": b"a"}, [])


def test_what_is_retired_leaves_and_is_counted_no_more(board: Board) -> None:
    assert board.figures(CITY).devices.online == 1
    moves = board.apply(tick(replace(ONE, where=None, state=None, body=None, alarmed=None)))
    assert board.changed(moves, view()) == ({}, ["A"])
    assert board.figures(CITY).devices.total == 0


def test_colours_of_alarms_are_for_who_may_see_alarms(board: Board) -> None:
    seeing = view(sees_alarms=True)
    assert board.bodies(board.inside(seeing), seeing) == {"A": b"a!"}


def test_what_changed_since_is_told_once_more(board: Board) -> None:
    board.apply(tick(replace(ONE, number=2, device_id="B", where=AWAY, stamp=20), xid=20))
    assert board.changed_since(20, view()) == ({}, ["B"])
    assert board.changed_since(10, view()) == ({"A": b"a"}, ["B"])
    assert board.changed_since(21, view()) == ({}, [])


def test_gaps_are_counted_where_their_device_is(board: Board) -> None:
    board.apply(tick(system=System(5.0, {1: 3, 99: 1})))
    assert (board.figures(CITY).gaps_open, board.figures(OUTER).gaps_open) == (3, 0)
