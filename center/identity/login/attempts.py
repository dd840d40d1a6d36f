"""Brakes on guessing passwords: how many failures, and how long to wait then."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LONGEST = timedelta(hours=4)
FORGET = timedelta(hours=24)


@dataclass(frozen=True)
class Rule:
    """After `limit` failures within `window` all is refused for `lock`, doubled each time."""

    limit: int
    window: timedelta
    lock: timedelta


@dataclass(frozen=True)
class Attempts:
    """Failures of one user name or one address: how many, locked how often, in force until when."""

    failures: int
    lockouts: int
    until: datetime

    def wait(self, moment: datetime, rule: Rule) -> timedelta | None:
        """How long the door stays shut; None where it is open."""
        if self.failures < rule.limit or moment >= self.until:
            return None
        return self.until - moment


def count(state: Attempts | None, moment: datetime, rule: Rule) -> Attempts:
    """The state once an attempt is let through: it counts as failed until it has succeeded.

    So attempts made at the same time cannot together exceed the limit.
    """
    if state is None or moment >= state.until + FORGET:
        state = Attempts(0, 0, moment + rule.window)
    elif moment >= state.until:
        state = Attempts(0, state.lockouts, moment + rule.window)
    failures = state.failures + 1
    if failures < rule.limit:
        return replace(state, failures=failures)
    lock = min(rule.lock * 2 ** min(state.lockouts, 20), LONGEST)
    return Attempts(failures, state.lockouts + 1, moment + lock)


def forgive(state: Attempts, rule: Rule) -> Attempts:
    """The state once the counted attempt has proved right."""
    locked = state.failures >= rule.limit
    return replace(
        state, failures=max(0, state.failures - 1), lockouts=max(0, state.lockouts - locked)
    )
