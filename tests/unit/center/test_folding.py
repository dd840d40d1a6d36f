"""Equal refusals fold into one entry, and none is lost count of."""

from center.audit.folding import MOST_KEYS, Folding


def test_equal_ones_within_the_time_are_counted_and_told_later() -> None:
    moment = 0.0
    folding = Folding(60, lambda: moment)
    assert folding.take(("user", "route")) == 0
    assert [folding.take(("user", "route")) for _ in range(5)] == [None] * 5
    assert folding.take(("user", "another")) == 0
    moment = 60.0
    assert folding.take(("user", "route")) == 5
    moment = 120.0
    assert folding.take(("user", "route")) == 0


def test_none_is_folded_where_no_time_is_given() -> None:
    folding = Folding(0, lambda: 1.0)
    assert [folding.take("x"), folding.take("x")] == [0, 0]


def test_what_is_remembered_is_bounded() -> None:
    folding = Folding(60, lambda: 0.0)
    for number in range(MOST_KEYS + 10):
        folding.take(number)
    assert folding.take(0) == 0  # forgotten: told once more, rather than remembered for ever
