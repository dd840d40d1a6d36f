"""Figures that are remembered for seconds."""

from server.system.remembered import MOST_KEYS, Remembered


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_figure_is_counted_again_when_it_is_old() -> None:
    clock, counted = Clock(), iter(range(10))
    figures: Remembered[int] = Remembered(4, clock)
    assert [figures.get("a", lambda: next(counted)) for _ in range(3)] == [0, 0, 0]
    clock.now = 3.9
    assert figures.get("a", lambda: next(counted)) == 0
    clock.now = 4.0
    assert figures.get("a", lambda: next(counted)) == 1


def test_keys_are_kept_apart_and_bounded() -> None:
    figures: Remembered[int] = Remembered(4, Clock())
    for key in range(MOST_KEYS * 3):
        assert figures.get(key, lambda key=key: key) == key
    assert len(figures._known) <= MOST_KEYS


def test_nothing_found_is_remembered_too() -> None:
    figures: Remembered[list[int]] = Remembered(4, Clock())
    assert figures.get("a", list) == []
    assert figures.get("a", lambda: [1]) == []
