"""What waits for a viewer is bounded, and means the same when it is sent late."""

import json

from center.clock import now
from server.live.outbox import Outbox
from server.live.protocol import Pong


def taken(outbox: Outbox) -> list[dict]:
    return [json.loads(frame) for frame in outbox.take()]


def test_of_each_thing_only_the_newest_state_waits() -> None:
    outbox = Outbox()
    for number in range(1000):
        outbox.delta("devices", str(number), {"A": b"%d" % number, "B": b'"b"'}, ["C"])
    assert len(outbox) == 3
    (frame,) = taken(outbox)
    assert (frame["cursor"], frame["items"], frame["removed"]) == ("999", [999, "b"], ["C"])
    assert taken(outbox) == []


def test_what_comes_back_is_not_removed_and_what_leaves_is_no_item() -> None:
    outbox = Outbox()
    outbox.delta("devices", "1", {"A": b"1"}, ["B"])
    outbox.delta("devices", "2", {"B": b"2"}, ["A"])
    (frame,) = taken(outbox)
    assert (frame["items"], frame["removed"]) == ([2], ["A"])


def test_a_snapshot_makes_old_what_waited_and_comes_before_what_follows() -> None:
    outbox = Outbox()
    outbox.delta("devices", "1", {"A": b"1"})
    outbox.snapshot("devices", "2", [b"2"])
    outbox.delta("devices", "3", {"A": b"3"})
    outbox.say(Pong(server_time=now()))
    assert [(frame["t"], frame.get("items")) for frame in taken(outbox)] == [
        ("pong", None), ("snapshot", [2]), ("delta", [3]),
    ]  # fmt: skip


def test_an_empty_delta_says_that_nothing_has_changed() -> None:
    outbox = Outbox()
    outbox.delta("alarms", "1")
    assert [frame["items"] for frame in taken(outbox)] == [[]]
    outbox.delta("alarms", "2", {1: b"1"})
    outbox.drop("alarms")
    assert taken(outbox) == []
