"""A device's buffer: bounded by count and age, and nothing leaves it unseen."""

import pytest

from simulators.buffer import Buffer, Message


def message(seq: int, at: float = 0.0, boot: int = 1) -> Message:
    return Message("d", boot, seq, "readings", b"{}", at)


def filled(count: int, *, max_messages: int = 100) -> Buffer:
    buffer = Buffer(max_messages, 600.0)
    for seq in range(count):
        buffer.add(message(seq))
        buffer.queue((1, seq))
    return buffer


def taken(buffer: Buffer) -> list[int]:
    return [found.seq for found in iter(buffer.take, None)]


def test_messages_leave_in_the_order_in_which_they_came() -> None:
    assert taken(filled(3)) == [0, 1, 2]


def test_more_than_it_holds_drives_the_oldest_out_and_tells_of_the_undelivered() -> None:
    buffer = filled(3, max_messages=3)
    buffer.delivered((1, 0))
    assert buffer.add(message(3)) == []
    assert [lost.seq for lost in buffer.add(message(4))] == [1]
    assert len(buffer) == 3
    assert taken(buffer) == [2]  # 0 and 1 are passed over


def test_what_is_too_old_leaves() -> None:
    buffer = Buffer(100, 600.0)
    buffer.add(message(0, at=0.0))
    assert buffer.add(message(1, at=599.0)) == []
    assert [lost.seq for lost in buffer.add(message(2, at=601.0))] == [0]


def test_the_first_in_line_may_be_put_back() -> None:
    buffer = filled(4)
    assert [buffer.take(), buffer.take()]
    buffer.queue_first([(1, 0), (1, 1)])
    assert taken(buffer) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [(0, 2, [0, 1, 2]), (2, 9, [2, 3]), (9, 12, []), (0, 2**62, [0, 1, 2, 3]), (3, 1, [])],
)
def test_ranges_find_what_is_kept(first: int, last: int, found: list[int]) -> None:
    assert [seq for _, seq in filled(4).find(1, first, last)] == found
    assert filled(4).find(2, first, last) == []


def test_the_newest_number_of_each_boot_is_known_even_when_all_have_left() -> None:
    buffer = Buffer(2, 600.0)
    for boot, seq in ((1, 0), (1, 1), (2, 0), (2, 1)):
        buffer.add(message(seq, boot=boot))
    assert buffer.newest() == {2: 1}
    buffer.add(message(0, boot=3))
    assert buffer.newest() == {2: 1, 3: 0}
    buffer.lose()
    assert buffer.newest() == {3: 0}


def test_losing_the_buffer_tells_what_was_not_delivered() -> None:
    buffer = filled(3)
    buffer.delivered((1, 1))
    assert [lost.seq for lost in buffer.lose()] == [0, 2]
    assert buffer.take() is None
    assert len(buffer) == 0
