"""The life of an alarm: what follows what, who may, and what is left behind."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from center.alarms.lifecycle import (
    STATES,
    TRANSITIONS,
    Act,
    Done,
    Standing,
    follow,
    possible,
    sources,
    transition,
)

T0 = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
T1 = T0 + timedelta(minutes=5)
ACTS = [act for item in get_args(Act) for act in (get_args(item) or (item,))]


def standing(state="raised", *, acknowledged=False, over=False, **more) -> Standing:
    marks = {
        "acknowledged_at": T0 if acknowledged else None,
        "acknowledged_by": "wang.wei" if acknowledged else None,
        "cleared_at": T0 if over else None,
        "shelved_until": T1 if state == "shelved" else None,
        "closed_at": T0 if state == "closed" else None,
    }
    return Standing(
        version=3, state=state, severity="orange", level=0, title_zh="水位高", title_en="high",
        fact_time=T0, changed_at=T0, waits_since=T0, told_at=T0, **marks | more,
    )  # fmt: skip


RAISED, ACKNOWLEDGED = standing(), standing("acknowledged", acknowledged=True)
CLEARED = standing("cleared", over=True)
SHELVED, CLOSED = standing("shelved"), standing("closed", acknowledged=True, over=True)
SHELVED_SEEN = standing("shelved", acknowledged=True)
SHELVED_OVER = standing("shelved", over=True)

POSSIBLE = [
    (RAISED, "worsen", "raised"), (RAISED, "clear", "cleared"),
    (RAISED, "acknowledge", "acknowledged"), (RAISED, "shelve", "shelved"),
    (RAISED, "escalate", "raised"), (RAISED, "close", "closed"), (RAISED, "note", "raised"),
    (ACKNOWLEDGED, "worsen", "raised"), (ACKNOWLEDGED, "clear", "closed"),
    (ACKNOWLEDGED, "shelve", "shelved"), (ACKNOWLEDGED, "escalate", "raised"),
    (ACKNOWLEDGED, "close", "closed"), (ACKNOWLEDGED, "note", "acknowledged"),
    (CLEARED, "raise", "raised"), (CLEARED, "worsen", "raised"),
    (CLEARED, "acknowledge", "closed"), (CLEARED, "shelve", "shelved"),
    (CLEARED, "close", "closed"), (CLEARED, "note", "cleared"),
    (SHELVED, "raise", "shelved"), (SHELVED, "worsen", "raised"), (SHELVED, "clear", "shelved"),
    (SHELVED, "shelve", "shelved"), (SHELVED, "unshelve", "raised"), (SHELVED, "close", "closed"),
    (SHELVED, "note", "shelved"),
    (SHELVED_SEEN, "clear", "closed"), (SHELVED_SEEN, "unshelve", "acknowledged"),
    (SHELVED_OVER, "unshelve", "cleared"), (CLOSED, "note", "closed"),
]  # fmt: skip


def test_what_is_not_in_the_table_is_refused() -> None:
    listed = {(one.state, act) for one, act, _ in POSSIBLE}
    everything = set(itertools.product(STATES, ACTS))
    of_state = {one.state: one for one in (RAISED, ACKNOWLEDGED, CLEARED, SHELVED, CLOSED)}
    for state, act in everything - listed:
        assert follow(of_state[state], Done(act, T1)) is None, (state, act)
    assert {(row.state, row.act) for row in TRANSITIONS} == listed


def test_nothing_but_a_note_follows_the_end() -> None:
    assert possible("closed") == ["note"]


@pytest.mark.parametrize(("before", "act", "then"), POSSIBLE)
def test_what_follows(before: Standing, act: Act, then: str) -> None:
    after = follow(before, Done(act, T1, "li.na", T1 + timedelta(hours=1)))
    assert after is not None
    assert (after.state, after.version, after.changed_at) == (then, 4, T1)
    assert (after.closed_at is not None) == (then == "closed")
    assert (after.shelved_until is not None) == (then == "shelved")
    assert (after.acknowledged_at is None) == (after.acknowledged_by is None)


def test_one_row_at_most_applies_whatever_the_marks() -> None:
    for state, act, acknowledged, over in itertools.product(
        STATES, ACTS, (True, False), (True, False)
    ):
        marks = (acknowledged, over)
        rows = [
            row
            for row in TRANSITIONS
            if (row.state, row.act) == (state, act)
            and all(
                want in (None, mark)
                for want, mark in zip((row.acknowledged, row.over), marks, strict=True)
            )
        ]
        distinct = {row.to for row in rows}
        assert len(distinct) <= 1, (state, act, marks)


def test_people_must_say_why_but_for_the_first_word_and_the_way_back() -> None:
    silent = {row.act for row in TRANSITIONS if "people" in row.by and not row.reason}
    assert silent == {"acknowledge", "unshelve"}


def test_only_facts_raise_and_clear_and_only_people_close() -> None:
    for act in ("raise", "worsen", "clear"):
        assert {row.by for row in TRANSITIONS if row.act == act} == {("facts",)}
    assert {row.by for row in TRANSITIONS if row.act == "close"} == {("people",)}
    assert sources("escalate", "clock") == ["raised"]
    assert sources("unshelve", "clock") == ["shelved"]


def test_acknowledged_and_over_is_closed_in_either_order() -> None:
    one = follow(follow(RAISED, Done("acknowledge", T1, "li.na")), Done("clear", T1))
    other = follow(follow(RAISED, Done("clear", T1)), Done("acknowledge", T1, "li.na"))
    assert one == other
    assert (one.state, one.acknowledged_by, one.closed_at) == ("closed", "li.na", T1)


@pytest.mark.parametrize("before", [ACKNOWLEDGED, SHELVED_SEEN])
def test_what_gets_worse_waits_for_an_acknowledgement_anew(before: Standing) -> None:
    after = follow(before, Done("worsen", T1))
    assert (after.state, after.acknowledged_by, after.waits_since) == ("raised", None, T1)


def test_who_escalates_an_acknowledged_alarm_gives_it_away() -> None:
    after = follow(ACKNOWLEDGED, Done("escalate", T1, "li.na"))
    assert (after.level, after.acknowledged_by, after.waits_since) == (1, None, T1)
    by_clock = follow(RAISED, Done("escalate", T1, "clock"))
    assert (by_clock.level, by_clock.waits_since) == (1, T0)


def test_a_shelving_keeps_what_happened_meanwhile() -> None:
    over = follow(SHELVED, Done("clear", T1))
    assert follow(over, Done("unshelve", T1)).state == "cleared"
    again = follow(over, Done("raise", T1))
    assert (again.state, again.shelved_until) == ("shelved", T1)
    assert follow(again, Done("unshelve", T1)).state == "raised"


def test_a_closed_alarm_keeps_the_moment_of_its_end() -> None:
    assert follow(CLOSED, Done("note", T1)).closed_at == T0


def test_the_table_is_asked_with_the_marks() -> None:
    assert transition(SHELVED, "clear").to == "shelved"
    assert transition(replace(SHELVED, acknowledged_at=T0), "clear").to == "closed"
