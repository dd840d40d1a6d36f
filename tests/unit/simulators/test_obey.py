"""Commands: each is answered once, with a reason where it is refused."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ingest import wire
from simulators.device import Device
from simulators.obey import hear
from tests.unit.simulators.devices import NOW, device, numbers, sent


def order(
    name: str, args: dict[str, Any] | None = None, *, name_it: str = "c1", late: float = 60
) -> bytes:
    deadline = datetime.fromtimestamp(NOW + late, UTC)
    return wire.encode(wire.Command(id=name_it, name=name, args=args or {}, deadline=deadline))


def answers(made: Device, payload: bytes) -> list[wire.Event]:
    sent(made)
    hear(made, payload, wire.JSON, NOW, 0.0)
    events = [s for s in sent(made) if s.topic.endswith("/event")]
    return [msgspec.json.decode(s.payload, type=wire.Event) for s in events]


def only(made: Device, payload: bytes) -> wire.Event:
    (answer,) = [event for event in answers(made, payload) if event.name == wire.EVENT_ANSWER]
    return answer


@pytest.mark.parametrize("payload", [b"", b"{", b"{}", b"\xff\xfe", b'{"id": 1}'])
def test_garbage_is_ignored(payload: bytes) -> None:
    assert answers(device(), payload) == []


@pytest.mark.parametrize(
    ("name", "args", "reason"),
    [
        ("fly", {}, "unknown command fly"),
        ("resend", {"boot": 1}, "ranges"),
        ("resend", {"boot": 1, "ranges": []}, "length"),
        ("set_interval", {"seconds": "often"}, "float"),
        ("set_interval", {"seconds": 0}, "between"),
        ("set_interval", {"minutes": 1}, "minutes"),
    ],
)
def test_what_cannot_be_done_is_answered_with_a_reason(
    name: str, args: dict[str, Any], reason: str
) -> None:
    answer = only(device(), order(name, args))
    assert answer.ok is False
    assert answer.command == "c1"
    assert reason in (answer.detail or "")


def test_a_command_past_its_deadline_is_not_carried_out() -> None:
    made = device()
    answer = only(made, order("set_interval", {"seconds": 9}, late=-1))
    assert (answer.ok, answer.detail) == (False, "deadline has passed")
    assert made.source.interval == 1.0


def test_a_repeated_delivery_is_obeyed_and_answered_once() -> None:
    made = device()
    assert len(answers(made, order("message", {"text": "hello"}))) == 1
    assert answers(made, order("message", {"text": "hello"})) == []


def test_the_same_id_with_a_new_deadline_is_a_new_wish() -> None:
    made = device()
    assert len(answers(made, order("report", name_it="report-1"))) == 2
    assert len(answers(made, order("report", name_it="report-1", late=90))) == 2


def test_resend_sends_the_same_bytes_again() -> None:
    made = device()
    made.advance(NOW + 5, 0.0)
    first = sent(made)
    for sending in first:
        made.answered(sending, 0, 0.0)
    hear(made, order("resend", {"boot": 1, "ranges": [[1, 2], [4, 4]]}), wire.JSON, NOW + 5, 0.0)
    again = sent(made)
    assert numbers(again) == [(1, 1), (1, 2), (1, 4), (1, 6)]
    assert [s.payload for s in again[:3]] == [first[n].payload for n in (1, 2, 4)]
    answer = msgspec.json.decode(again[3].payload, type=wire.Event)
    assert (answer.ok, answer.detail) == (True, "3 of 3 sent again")


def test_resend_says_what_is_no_longer_there() -> None:
    made = device()
    made.advance(NOW + 1, 0.0)
    answer = only(made, order("resend", {"boot": 1, "ranges": [[0, 9]]}))
    assert (answer.ok, answer.detail) == (False, "2 of 10 sent again")


def test_report_announces_the_newest_number_of_each_boot() -> None:
    made = device()
    made.advance(NOW + 3, 0.0)
    made.reboot(NOW + 3, NOW + 4)
    made.advance(NOW + 5, 0.0)
    report, answer = answers(made, order("report"))
    assert report.name == wire.EVENT_REPORT
    assert {(a.boot, a.last) for a in report.announce} == {(1, 3), (2, 1)}
    assert answer.ok


def test_set_interval_changes_the_pace() -> None:
    made = device()
    assert only(made, order("set_interval", {"seconds": 5})).ok
    made.advance(NOW + 10, 0.0)
    assert len(sent(made)) == 3


def test_reboot_answers_first_and_then_starts_again() -> None:
    made = device()
    assert only(made, order("reboot")).ok
    assert made.boot == 2
    assert not made.wants_link(NOW + 1)
