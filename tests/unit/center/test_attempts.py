"""Brakes on guessing: nobody gets more guesses than the rule allows, and waits grow."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from center.identity.login.attempts import FORGET, LONGEST, Attempts, Rule, count, forgive

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
RULE = Rule(limit=5, window=timedelta(minutes=5), lock=timedelta(minutes=5))


def fail(times: int, state: Attempts | None = None, at: datetime = START) -> Attempts:
    for _ in range(times):
        state = count(state, at, RULE)
    assert state is not None
    return state


def test_the_last_allowed_failure_shuts_the_door() -> None:
    assert fail(4).wait(START, RULE) is None
    assert fail(5).wait(START, RULE) == RULE.lock


def test_the_door_opens_when_the_lock_has_passed() -> None:
    assert fail(5).wait(START + RULE.lock, RULE) is None


def test_each_lock_is_twice_as_long_as_the_one_before() -> None:
    state, moment, waits = None, START, []
    for _ in range(4):
        state = fail(5, state, moment)
        wait = state.wait(moment, RULE)
        assert wait is not None
        waits.append(wait / RULE.lock)
        moment += wait
    assert waits == [1, 2, 4, 8]


def test_no_lock_is_longer_than_the_longest() -> None:
    state = Attempts(4, 60, START + RULE.window)
    assert count(state, START, RULE).wait(START, RULE) == LONGEST


def test_failures_spread_over_more_than_the_window_do_not_lock() -> None:
    state = fail(4)
    assert fail(4, state, state.until).wait(state.until, RULE) is None


def test_a_quiet_day_forgets_earlier_locks() -> None:
    state = fail(5)
    later = state.until + FORGET
    assert fail(5, state, later).wait(later, RULE) == RULE.lock


def test_a_right_password_takes_its_own_count_back() -> None:
    assert forgive(fail(5), RULE) == Attempts(4, 0, START + RULE.lock)
    assert forgive(fail(5), RULE).wait(START, RULE) is None


@given(st.lists(st.integers(0, 900), max_size=60))
def test_no_more_guesses_pass_than_the_rule_allows(pauses: list[int]) -> None:
    """Whatever the pauses, no stretch of one window lets more than `limit` guesses through."""
    state, moment, passed = None, START, []
    for pause in pauses:
        moment += timedelta(seconds=pause)
        if state is None or state.wait(moment, RULE) is None:
            state = count(state, moment, RULE)
            passed.append(moment)
    for first, later in zip(passed, passed[2 * RULE.limit - 1 :], strict=False):
        assert later - first >= RULE.lock
