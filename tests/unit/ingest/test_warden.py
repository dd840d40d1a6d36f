"""What the warden decides without a clock: whose turn it is, whom to ask, when to raise alarm."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.commands.handover import NOBODY_LISTENS, SUCCESS, Outcome
from ingest.warden.asking import FIRST_PAUSE, NEVER_AGAIN, Asking
from ingest.warden.brim import Level, rise
from ingest.warden.events import BrokerDropped, BrokerFilling
from ingest.warden.inbox import Inbox
from ingest.warden.warden import LONGEST_PAUSE_SECONDS, Duty, Rota

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMIT = 1000


def nothing(*_: object) -> None:
    """A duty that has none."""


OFTEN, SELDOM = Duty("often", 0.5, nothing), Duty("seldom", 5, nothing)


def test_a_duty_that_fails_waits_longer_each_time_and_the_others_do_not() -> None:
    rota = Rota([OFTEN, SELDOM])
    assert list(rota.due(0.0)) == [OFTEN, SELDOM]
    rota.done(SELDOM, 0.0, well=True)
    pauses = []
    for _ in range(12):
        rota.done(OFTEN, 0.0, well=False)
        pauses.append(next(t / 10 for t in range(1, 1000) if OFTEN in rota.due(t / 10)))
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS
    assert rota.next == 5
    rota.done(OFTEN, 100.0, well=True)
    assert rota.next == 5
    assert list(rota.due(100.5)) == [OFTEN, SELDOM]


def test_what_is_read_stays_until_it_is_dropped() -> None:
    inbox: Inbox[str] = Inbox(4)
    inbox.put("a")
    inbox.put("b")
    read = inbox.first(1)
    assert read == inbox.first(1) == ["a"]
    inbox.drop(read)
    assert inbox.first() == ["b"]


def test_a_full_inbox_loses_the_oldest_also_while_they_are_being_handled() -> None:
    inbox: Inbox[object] = Inbox(4)
    items = [object() for _ in range(6)]
    for item in items[:4]:
        inbox.put(item)
    read = inbox.first()
    for item in items[4:]:
        inbox.put(item)
    inbox.drop(read)
    assert inbox.first() == items[4:]


def asked(*devices: int) -> Asking:
    asking = Asking()
    asking.begin(7)
    for device in devices:
        asking.handed(device, f"D-{device}")
    return asking


def said(device: int, code: int, command: str = "report-7") -> Outcome:
    return Outcome(f"D-{device}", command, code)


def test_who_has_the_question_is_not_asked_again() -> None:
    asking = asked(1)
    asking.settle([said(1, SUCCESS)], NOON)
    assert asking.told == {1: NEVER_AGAIN}


def test_who_could_not_be_reached_is_asked_once_it_is_heard_and_ever_more_seldom() -> None:
    asking = asked(1)
    for doublings in range(3):
        asking.settle([said(1, NOBODY_LISTENS)], NOON)
        assert asking.told == {1: NOON + FIRST_PAUSE * 2**doublings}
    for _ in range(20):
        asking.settle([said(1, NOBODY_LISTENS)], NOON)
    assert asking.told[1] < NOON + timedelta(hours=2)


def test_answers_to_an_older_question_change_nothing() -> None:
    asking = asked(1)
    asking.settle([said(1, NOBODY_LISTENS, "report-6"), said(2, NOBODY_LISTENS)], NOON)
    assert asking.told == {1: NEVER_AGAIN}


def test_who_comes_back_is_asked_again_and_so_is_everybody_after_a_new_request() -> None:
    asking = asked(1, 2)
    asking.forget([1, 9])
    assert asking.told == {2: NEVER_AGAIN}
    asking.begin(7)
    assert asking.told == {2: NEVER_AGAIN}
    asking.begin(8)
    assert asking.told == {}


def held(count: int) -> dict[str, str]:
    return {"bytes_held": str(count)}


@pytest.mark.parametrize("said_now", [{}, {"bytes_held": "much"}, held(499), {"version": "9"}])
def test_below_the_half_nothing_is_told(said_now: dict[str, str]) -> None:
    assert rise(Level(), said_now, LIMIT) == (Level(), [])


def test_a_filling_broker_is_told_once_and_so_is_its_emptying() -> None:
    level, told = rise(Level(), held(500), LIMIT)
    assert told == [BrokerFilling(filling=True, bytes_held=500, limit=LIMIT)]
    for count in (700, 499, 250):
        level, told = rise(level, held(count), LIMIT)
        assert told == []
    level, told = rise(level, held(249), LIMIT)
    assert told == [BrokerFilling(filling=False, bytes_held=249, limit=LIMIT)]
    assert rise(level, held(249), LIMIT) == (level, [])


def test_every_increase_of_what_was_dropped_is_told() -> None:
    level = Level()
    told = []
    for total in (5, 5, 8, 8, 0, 2, 2):  # the first is from before our time; the fifth a restart
        level, events = rise(level, {"messages_dropped": str(total)}, LIMIT)
        told += events
    assert told == [BrokerDropped(messages=3, total=8), BrokerDropped(messages=2, total=2)]
