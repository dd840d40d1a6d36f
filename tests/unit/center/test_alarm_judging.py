"""What signals come to: repeats, replays, silences, storms; tables without a database."""

from dataclasses import replace
from datetime import timedelta

from center.alarms.groups.joining import gusts, over
from center.alarms.judging import judge
from center.alarms.record import Held
from center.alarms.signals import Relief, Trouble, Value, fold
from tests.unit.center.test_alarm_lifecycle import (
    ACKNOWLEDGED,
    CLEARED,
    CLOSED,
    RAISED,
    SHELVED,
    T0,
    T1,
)

BEFORE = T0 - timedelta(days=1)


def trouble(key: str = "k", minutes: float = 0, **changed) -> Trouble:
    made = Trouble(
        key=key, source="rule", kind="water_level_high", severity="orange", title_zh="水位高",
        title_en="high", division_code="430405", device=1, device_id="WL-1", device_name="站",
        lon=112.6, lat=26.9, fact_time=T0 + timedelta(minutes=minutes),
        values=(Value("water_level", 5.2, "m", 5.0),),
    )  # fmt: skip
    return replace(made, **changed)


def relief(key: str = "k", minutes: float = 0, **changed) -> Relief:
    return replace(Relief(key, T0 + timedelta(minutes=minutes)), **changed)


def held(standing) -> Held | None:
    return None if standing is None else Held(7, "k", "430405", 1, None, (), standing)


def verdict(*signals, standing=None, since=BEFORE, silenced=False):
    (said,) = fold(signals)
    return judge(said, held(standing), since, silenced, T1)


def outcome(*signals, **given):
    found = verdict(*signals, **given)
    return (found.after.state if found.after else None, [step.act for step in found.steps])


def test_signals_are_folded_by_key_and_sorted() -> None:
    said = fold([trouble("b", 1), relief("a", 2), trouble("b", 0), trouble("a", 1)])
    assert [one.key for one in said] == ["a", "b"]
    assert said[0].relief is not None
    assert said[1].relief is None
    assert len(said[1].times) == 2
    assert said[1].trouble.fact_time == T0 + timedelta(minutes=1)


def test_the_same_fact_twice_in_one_report_counts_once() -> None:
    assert verdict(trouble(), trouble()).after.repeats == 0
    assert verdict(trouble(), trouble(minutes=1)).after.repeats == 1


def test_what_was_reported_before_changes_nothing() -> None:
    newest = T0 + timedelta(minutes=9)
    for standing in (None, RAISED, ACKNOWLEDGED, CLEARED, SHELVED):
        found = verdict(trouble(minutes=9), relief(minutes=8), standing=standing, since=newest)
        assert (found.after, found.steps, found.heard) == (None, (), None)


def test_an_end_that_is_older_than_the_newest_fact_clears_nothing() -> None:
    assert outcome(relief(minutes=1), standing=RAISED, since=T0 + timedelta(minutes=2)) == (
        None,
        [],
    )


def test_an_end_of_what_nobody_knows_is_remembered_and_no_more() -> None:
    found = verdict(relief(minutes=3))
    assert (found.after, found.heard) == (None, T0 + timedelta(minutes=3))


def test_a_trouble_raises_an_alarm_and_its_end_clears_it() -> None:
    assert outcome(trouble()) == ("raised", ["raise"])
    assert outcome(relief(minutes=1), standing=RAISED) == ("cleared", ["clear"])
    assert outcome(relief(minutes=1), standing=ACKNOWLEDGED) == ("closed", ["clear"])
    assert outcome(relief(minutes=1), standing=SHELVED) == ("shelved", ["clear"])
    assert outcome(relief(minutes=1), standing=CLEARED) == (None, [])


def test_what_came_and_went_in_one_report_is_both() -> None:
    assert outcome(trouble(), relief(minutes=1)) == ("cleared", ["raise", "clear"])
    assert outcome(trouble(minutes=1), relief()) == ("raised", ["raise"])


def test_a_repeat_is_no_act() -> None:
    found = verdict(trouble(), trouble(minutes=1), standing=ACKNOWLEDGED)
    assert found.steps == ()
    assert (found.after.repeats, found.after.version) == (2, ACKNOWLEDGED.version)
    assert found.after.fact_time == T0 + timedelta(minutes=1)


def test_a_cleared_one_that_comes_again_is_the_same_alarm() -> None:
    assert outcome(trouble(minutes=1), standing=CLEARED) == ("raised", ["raise"])


def test_worse_is_new_and_better_is_a_repeat() -> None:
    assert outcome(trouble(severity="red"), standing=ACKNOWLEDGED) == ("raised", ["worsen"])
    assert outcome(trouble(severity="red"), standing=SHELVED) == ("raised", ["worsen"])
    found = verdict(trouble(severity="blue"), standing=ACKNOWLEDGED)
    assert (found.after.severity, found.after.state) == ("blue", "acknowledged")


def test_a_silence_keeps_alarms_from_being_raised_and_remembers_nothing() -> None:
    for standing in (None, CLEARED):
        found = verdict(trouble(minutes=1), standing=standing, silenced=True)
        assert (found.after, found.suppressed, found.heard) == (None, True, None)


def test_under_a_silence_what_stands_open_goes_on_and_ends() -> None:
    found = verdict(trouble(minutes=1), standing=RAISED, silenced=True)
    assert (found.suppressed, found.after.repeats) == (False, 1)
    assert outcome(relief(minutes=1), standing=RAISED, silenced=True) == ("cleared", ["clear"])


def test_a_silence_leaves_the_end_of_a_swallowed_trouble_to_be_heard() -> None:
    found = verdict(trouble(), relief(minutes=1), silenced=True)
    assert (found.suppressed, found.heard) == (True, T0 + timedelta(minutes=1))


def test_a_closed_alarm_is_none_that_could_change() -> None:
    assert CLOSED.state == "closed"  # `report` holds open ones only: the key is free
    assert outcome(trouble(minutes=1), since=T0) == ("raised", ["raise"])


STORM = [trouble(str(n), n, storm=f"s{n % 2}") for n in range(6)] + [trouble("x")]


def test_a_storm_is_one_row_with_the_span_of_its_facts() -> None:
    first, second = gusts(STORM)
    assert [(g.storm, g.count) for g in (first, second)] == [("s0", 3), ("s1", 3)]
    assert (first.first_time, first.last_time) == (T0, T0 + timedelta(minutes=4))


def test_only_what_is_far_later_begins_a_new_group() -> None:
    window = timedelta(minutes=5)
    given = gusts([trouble(minutes=30, storm="s")])
    for minutes, ended in ((-60, True), (24, True), (25, False), (30, False), (600, False)):
        last = {"s": T0 + timedelta(minutes=minutes)}
        assert over(given, last, window) == (["s"] if ended else []), minutes
    assert over(given, {}, window) == []
