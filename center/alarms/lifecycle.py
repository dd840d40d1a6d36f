"""The life of an alarm: which state follows which. Everything not in the table is refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, NamedTuple, cast, get_args

from center.alarms.signals import SEVERITIES, Severity, Trouble

State = Literal["raised", "acknowledged", "cleared", "shelved", "closed"]
Action = Literal["acknowledge", "shelve", "unshelve", "escalate", "close", "note"]  # of people
Act = Literal["raise", "worsen", "clear", Action]
Actor = Literal["facts", "people", "clock"]

STATES: Final[tuple[State, ...]] = get_args(State)
UNACKNOWLEDGED: Final[tuple[State, ...]] = ("raised", "cleared")


class Transition(NamedTuple):
    """`act` in `state` leads to `to`, where the marks of the alarm are as said (None: either).

    `acknowledged`: somebody has acknowledged it. `over`: its trouble has ended. `by`: who may do
    it. `reason`: people must say why.
    """

    state: State
    act: Act
    to: State
    by: tuple[Actor, ...]
    reason: bool = False
    acknowledged: bool | None = None
    over: bool | None = None


FACTS: Final[tuple[Actor, ...]] = ("facts",)
PEOPLE: Final[tuple[Actor, ...]] = ("people",)
BOTH: Final[tuple[Actor, ...]] = ("people", "clock")

# ISA-18.2 in the words of this city. A further fact of a trouble that lasts is no act. Acknowledged
# and over is closed, in whichever order they
# come. A shelved alarm keeps its marks and comes back as what they say; when it gets worse it
# comes back at once, for it is no longer what somebody shelved.
TRANSITIONS: Final[tuple[Transition, ...]] = (
    Transition("raised", "worsen", "raised", FACTS),
    Transition("raised", "clear", "cleared", FACTS),
    Transition("raised", "acknowledge", "acknowledged", PEOPLE),
    Transition("raised", "shelve", "shelved", PEOPLE, reason=True),
    Transition("raised", "escalate", "raised", BOTH, reason=True),
    Transition("raised", "close", "closed", PEOPLE, reason=True),
    Transition("raised", "note", "raised", PEOPLE, reason=True),
    Transition("acknowledged", "worsen", "raised", FACTS),
    Transition("acknowledged", "clear", "closed", FACTS),
    Transition("acknowledged", "shelve", "shelved", PEOPLE, reason=True),
    Transition("acknowledged", "escalate", "raised", PEOPLE, reason=True),
    Transition("acknowledged", "close", "closed", PEOPLE, reason=True),
    Transition("acknowledged", "note", "acknowledged", PEOPLE, reason=True),
    Transition("cleared", "raise", "raised", FACTS),
    Transition("cleared", "worsen", "raised", FACTS),
    Transition("cleared", "acknowledge", "closed", PEOPLE),
    Transition("cleared", "shelve", "shelved", PEOPLE, reason=True),
    Transition("cleared", "close", "closed", PEOPLE, reason=True),
    Transition("cleared", "note", "cleared", PEOPLE, reason=True),
    Transition("shelved", "raise", "shelved", FACTS),
    Transition("shelved", "worsen", "raised", FACTS),
    Transition("shelved", "clear", "shelved", FACTS, acknowledged=False),
    Transition("shelved", "clear", "closed", FACTS, acknowledged=True),
    Transition("shelved", "shelve", "shelved", PEOPLE, reason=True),
    Transition("shelved", "unshelve", "cleared", BOTH, over=True),
    Transition("shelved", "unshelve", "acknowledged", BOTH, acknowledged=True, over=False),
    Transition("shelved", "unshelve", "raised", BOTH, acknowledged=False, over=False),
    Transition("shelved", "close", "closed", PEOPLE, reason=True),
    Transition("shelved", "note", "shelved", PEOPLE, reason=True),
    Transition("closed", "note", "closed", PEOPLE, reason=True),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an alarm changes in its life, `version` and all."""

    version: int
    state: State
    severity: Severity
    level: int
    title_zh: str
    title_en: str
    fact_time: datetime
    changed_at: datetime
    waits_since: datetime
    told_at: datetime
    repeats: int = 0
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    cleared_at: datetime | None = None
    closed_at: datetime | None = None
    shelved_until: datetime | None = None


def transition(standing: Standing, act: Act) -> Transition | None:
    """The row that applies, or None where the act is not possible."""
    marks = (standing.acknowledged_at is not None, standing.cleared_at is not None)
    for row in TRANSITIONS:
        wanted = (row.acknowledged, row.over)
        if (row.state, row.act) == (standing.state, act) and all(
            want in (None, mark) for want, mark in zip(wanted, marks, strict=True)
        ):
            return row
    return None


def possible(state: State) -> list[Action]:
    """What people may do in a state, in the order of the table."""
    found = [row.act for row in TRANSITIONS if row.state == state and "people" in row.by]
    return cast(list[Action], list(dict.fromkeys(found)))


def sources(act: Act, actor: Actor = "people") -> list[State]:
    """The states in which an act is possible: what a statement may choose."""
    found = [row.state for row in TRANSITIONS if row.act == act and actor in row.by]
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Done:
    """An act at a moment; `by` is who did it, `until` the end of a shelving."""

    act: Act
    moment: datetime
    by: str = ""
    until: datetime | None = None


def follow(standing: Standing, done: Done) -> Standing | None:
    """The alarm after an act, or None where the act is not possible."""
    row = transition(standing, done.act)
    if row is None:
        return None
    marked = _MARKS.get(done.act, _nothing)(standing, done)
    changed = replace(
        marked,
        state=row.to,
        version=standing.version + 1,
        changed_at=done.moment,
        told_at=done.moment,
        closed_at=done.moment if row.to == "closed" and standing.state != "closed"
        else standing.closed_at,
        shelved_until=marked.shelved_until if row.to == "shelved" else None,
    )  # fmt: skip
    waits_anew = row.to == "raised" and standing.state in ("acknowledged", "shelved")
    if not waits_anew:
        return changed
    return replace(changed, waits_since=done.moment, acknowledged_at=None, acknowledged_by=None)


def _nothing(standing: Standing, _done: Done) -> Standing:
    return standing


# What an act leaves on the alarm beside its state.
_MARKS: Final[dict[Act, Callable[[Standing, Done], Standing]]] = {
    "raise": lambda s, _: replace(s, cleared_at=None),
    "worsen": lambda s, _: replace(s, cleared_at=None),
    "clear": lambda s, d: replace(s, cleared_at=d.moment),
    "acknowledge": lambda s, d: replace(s, acknowledged_at=d.moment, acknowledged_by=d.by),
    "shelve": lambda s, d: replace(s, shelved_until=d.until),
    "escalate": lambda s, _: replace(s, level=s.level + 1),
}


def repeated(standing: Standing, trouble: Trouble, news: int, moment: datetime) -> Standing | None:
    """The alarm after `news` further facts of its trouble.

    Its state and version change only where it was over or has become worse.
    """
    act: Act | None = None
    if is_worse(trouble.severity, standing.severity):
        act = "worsen"
    elif standing.cleared_at is not None:
        act = "raise"
    fresh = replace(
        standing,
        severity=trouble.severity,
        title_zh=trouble.title_zh,
        title_en=trouble.title_en,
        fact_time=trouble.fact_time,
        repeats=standing.repeats + news,
    )
    return fresh if act is None else follow(fresh, Done(act, moment))


def is_worse(severity: Severity, than: Severity) -> bool:
    """Red is worse than orange, and so on."""
    return SEVERITIES.index(severity) < SEVERITIES.index(than)
