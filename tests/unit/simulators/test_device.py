"""A device without a network: numbers, refusals, repeats, faults."""

from datetime import datetime

import msgspec
import pytest

from ingest import wire
from simulators.device import WINDOW
from simulators.faults import Episode, Fault
from tests.unit.simulators.devices import NOW, SPEC, device, numbers, sent


def test_messages_are_numbered_from_nought_and_carry_their_own_time() -> None:
    made = device()
    made.advance(NOW + 2, 0.0)
    decoded = [msgspec.json.decode(s.payload, type=wire.Readings) for s in sent(made)]
    assert [(m.boot, m.seq) for m in decoded] == [(1, 0), (1, 1), (1, 2)]
    assert [m.time.timestamp() - NOW for m in decoded] == [0, 1, 2]
    assert decoded[0].readings == {"n": 1.0}


def test_messagepack_devices_speak_it() -> None:
    made = device(SPEC._replace(messagepack=True))
    made.advance(NOW, 0.0)
    (sending,) = sent(made)
    assert made.content_type == wire.MESSAGEPACK
    assert msgspec.msgpack.decode(sending.payload, type=wire.Readings).seq == 0


@pytest.mark.parametrize("code", [0x10, 0x80, 0x87, 0x97])
def test_a_refused_message_is_kept_and_sent_again_after_a_pause(code: int) -> None:
    made = device()
    made.advance(NOW + 1, 0.0)
    first, second = sent(made)
    made.answered(first, code, 10.0)
    made.answered(second, 0, 10.0)
    assert made.next(10.0) is None
    assert 10 < made.real_due < 12
    again = made.next(made.real_due)
    assert again is not None
    assert again.payload == first.payload
    assert numbers([again]) == [(1, 0)]
    assert made.witness.figures.refused == 1


def test_pauses_grow_while_the_broker_refuses_and_end_with_its_consent() -> None:
    made, real, pauses = device(), 0.0, []
    made.advance(NOW, 0.0)
    for _ in range(8):
        sending = made.next(real)
        assert sending is not None
        made.answered(sending, 0x10, real)
        pauses.append(made.real_due - real)
        real = made.real_due
    assert pauses[-1] > 5 * pauses[0]
    assert max(pauses) <= 15
    sending = made.next(real)
    assert sending is not None
    made.answered(sending, 0, real)
    assert made.backlog == 0


def test_what_was_under_way_when_the_link_broke_is_sent_again_in_its_order() -> None:
    made = device()
    made.advance(NOW + 3, 0.0)
    before = [made.next(0.0), made.next(0.0)]
    made.link_lost()
    assert numbers(sent(made)) == [(1, 0), (1, 1), (1, 2), (1, 3)]
    assert before[0] is not None
    made.answered(before[0], 0, 0.0)  # an answer of the old connection counts for nothing
    assert made.witness.figures.delivered == 0


def test_no_more_is_under_way_than_the_window_holds() -> None:
    made = device()
    made.advance(NOW + 100, 0.0)
    first = sent(made)
    assert len(first) == WINDOW
    made.answered(first[0], 0, 0.0)
    assert len(sent(made)) == 1


def test_a_restart_takes_a_new_boot_and_begins_at_nought_but_keeps_what_it_has() -> None:
    made = device()
    made.advance(NOW, 0.0)
    made.befall(Episode("reboot", 5.0), NOW + 0.5)
    assert not made.wants_link(NOW + 5)
    assert made.wants_link(NOW + 5.5)
    made.advance(NOW + 5.5, 0.0)
    assert numbers(sent(made)) == [(1, 0), (2, 0)]


def test_a_drop_out_keeps_measuring_and_sends_later() -> None:
    made = device()
    made.befall(Episode("drop_out", 10.0), NOW)
    made.advance(NOW + 5, 0.0)
    assert not made.wants_link(NOW + 5)
    assert made.backlog == 6
    assert made.due(NOW + 5) <= NOW + 10


def test_silence_leaves_no_hole_in_the_numbers() -> None:
    made = device()
    made.advance(NOW, 0.0)
    made.befall(Episode("silence", 10.0), NOW)
    made.advance(NOW + 10, 0.0)
    assert numbers(sent(made)) == [(1, 0), (1, 1)]


def test_a_lost_buffer_is_told_to_the_witness_and_gone() -> None:
    made = device()
    made.advance(NOW + 4, 0.0)
    made.befall(Episode("lost_buffer", 1.0), NOW + 4)
    assert sent(made) == []
    assert made.witness.figures.dropped == 5


def test_a_damaged_copy_goes_out_first_and_the_good_one_when_asked_for() -> None:
    made = device()
    made.troubles.add(Fault(name="corrupt", probability=1.0), NOW)
    made.advance(NOW, 0.0)
    (bad,) = sent(made)
    assert bad.damaged
    assert bad.message is not None
    assert bad.payload != bad.message.payload
    made.answered(bad, 0, 0.0)
    made.buffer.queue((1, 0))
    (good,) = sent(made)
    assert good.payload == bad.message.payload


def test_a_duplicate_is_the_same_bytes_twice() -> None:
    made = device()
    made.troubles.add(Fault(name="duplicate", probability=1.0), NOW)
    made.advance(NOW, 0.0)
    one, other = sent(made)
    assert one.payload == other.payload
    assert numbers([one, other]) == [(1, 0), (1, 0)]


def test_a_late_message_is_held_back_and_then_sent() -> None:
    made = device()
    made.troubles.add(Fault(name="late", probability=1.0, seconds=20.0), NOW)
    made.advance(NOW, 0.0)
    assert sent(made) == []
    assert 0 < made.real_due <= 20
    made.troubles.remove("late")
    made.advance(NOW + 1, 21.0)
    assert sorted(numbers(sent(made))) == [(1, 0), (1, 1)]


def test_a_skewed_clock_is_off_by_the_same_all_the_time_until_it_is_set() -> None:
    made = device()
    made.troubles.add(Fault(name="skew", seconds=100.0), NOW)
    made.advance(NOW + 1, 0.0)
    made.troubles.remove("skew")
    made.advance(NOW + 2, 0.0)
    times = [msgspec.json.decode(s.payload)["time"] for s in sent(made)]
    parsed = [datetime.fromisoformat(time).timestamp() for time in times]
    off = parsed[0] - NOW
    assert 0 < abs(off) <= 100
    assert parsed[1] - parsed[0] == pytest.approx(1, abs=0.01)
    assert parsed[2] == NOW + 2


def test_the_last_will_has_no_number_and_no_time() -> None:
    will = device().status("offline", None)
    assert will.topic == "hy/v1/sensor/d-1/status"
    assert will.retain
    assert msgspec.json.decode(will.payload, type=wire.Status) == wire.Status(
        state="offline", boot=1
    )
