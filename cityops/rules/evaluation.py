"""Judging facts in memory: (state, fact) -> (new state, signal); no clock, no database in here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from cityops.rules.calendar import MICROSECONDS, Calendar, Opening
from cityops.rules.condition import RISES, Gaps, Liveness, Threshold

REFRESH_US = 60 * MICROSECONDS  # a lasting alarm is shown its newest value so often


class Phase(NamedTuple):
    """A rule at one device while something is wrong; where nothing is, there is no phase.

    Times are Unix microseconds of the facts. `since`: when the value passed the limit of each step,
    0 where it is not past it. `raised`: the gravest step of the open alarm, from 1; 0: not raised.
    `seen`: the newest fact. `told`: that of the last signal.
    """

    since: tuple[int, ...]
    raised: int
    seen: int
    told: int

    @property
    def pending(self) -> bool:
        """Whether a step is passed and has not lasted yet."""
        return any(self.since[self.raised :])


class Signal(NamedTuple):
    """What came of a fact: an alarm raised (or made graver), shown again, or over."""

    what: Literal["raise", "refresh", "clear"]
    step: int  # from 1
    time_us: int
    value: float | None
    asleep: bool = False  # over because the calendar says so


class Limits(NamedTuple):
    """A threshold ready to judge. `sign` is -1 where low values are the bad ones: the limits carry
    it already, so that bad is always high."""

    sign: int
    strict: bool
    limits: tuple[float, ...]
    clears: tuple[float, ...]
    duration_us: int
    hole_us: int
    opening: Opening | None

    def past(self, signed: float, limit: float) -> bool:
        """Whether a value, times the sign, is on the alarm's side of a limit."""
        return signed > limit if self.strict else signed >= limit


class Standing(NamedTuple):
    """A condition that holds or does not, as something else judges: liveness and gaps."""

    duration_us: int
    opening: Opening | None


def limits_of(condition: Threshold, calendar: Calendar | None) -> Limits:
    """The threshold of a rule, made ready."""
    sign = 1 if condition.op in RISES else -1
    return Limits(
        sign,
        condition.op in {">", "<"},
        tuple(sign * step.limit for step in condition.steps),
        tuple(sign * step.clear_limit for step in condition.steps),
        microseconds(condition.duration_seconds),
        microseconds(condition.hole_seconds),
        calendar.opening if calendar else None,
    )


def standing_of(condition: Liveness | Gaps, calendar: Calendar | None) -> Standing:
    """The same for what is judged elsewhere."""
    opening = calendar.opening if calendar else None
    return Standing(microseconds(condition.duration_seconds), opening)


def advance(
    limits: Limits, phase: Phase | None, time_us: int, value: float
) -> tuple[Phase | None, Signal | None]:
    """Judges one fact. Facts of a device come in the order of their times; see `InOrder`."""
    signed = limits.sign * value
    awake = limits.opening is None or limits.opening.is_open(time_us)
    if phase is None:
        if not (awake and limits.past(signed, limits.limits[0])):
            return None, None
        phase = Phase((0,) * len(limits.limits), 0, time_us, 0)
    # What was in between is not known, so it has lasted since now only.
    kept = 0 if time_us - phase.seen > limits.hole_us else 1
    since = tuple(
        _began(limits, n, signed, began * kept or (time_us if began else 0), time_us)
        if awake
        else 0
        for n, began in enumerate(phase.since)
    )
    if not since[0]:
        over = Signal("clear", phase.raised, time_us, value, asleep=not awake)
        return None, over if phase.raised else None
    lasted = (n for n, began in enumerate(since, 1) if began and _lasts(limits, began, time_us))
    raised = max(phase.raised, *lasted, 0)
    if raised > phase.raised:
        told = Signal("raise", raised, time_us, value)
    elif raised and time_us - phase.told >= REFRESH_US:
        told = Signal("refresh", raised, time_us, value)
    else:
        return Phase(since, raised, time_us, phase.told), None
    return Phase(since, raised, time_us, time_us), told


def _began(limits: Limits, step: int, signed: float, began: int, time_us: int) -> int:
    """When the step was passed, by a trigger with two limits (Schmitt, 1938); 0: it is not."""
    if limits.past(signed, limits.limits[step]):
        return began or time_us
    return began if limits.past(signed, limits.clears[step]) else 0


def _lasts(limits: Limits, began: int, time_us: int) -> bool:
    return time_us - began >= limits.duration_us


def stand(
    standing: Standing, phase: Phase | None, began_us: int | None, now_us: int, seeing_us: int = 0
) -> tuple[Phase | None, Signal | None]:
    """Judges what holds since `began_us`, or does not hold (None), at a moment of our own clock.

    It counts as lasting from `seeing_us` at the earliest: what came before nobody of us saw.
    """
    awake = standing.opening is None or standing.opening.is_open(now_us)
    if began_us is None or not awake:
        over = Signal("clear", 1, now_us, None, asleep=not awake)
        return None, over if phase is not None and phase.raised else None
    # A device that goes from late to off line has been away since it was late.
    since = max(began_us if phase is None else min(began_us, phase.since[0]), seeing_us)
    if phase is not None and phase.raised:
        if now_us - phase.told < REFRESH_US:
            return phase, None
        return phase._replace(told=now_us), Signal("refresh", 1, now_us, None)
    if now_us - since < standing.duration_us:
        return Phase((since,), 0, 0, 0), None
    # Told of now: a signal must be newer than the last one of its alarm to count.
    return Phase((since,), 1, 0, now_us), Signal("raise", 1, now_us, None)


class Fact(NamedTuple):
    """A value of one device; None where the message did not have the quantity."""

    time_us: int
    value: float | None


class Episode(NamedTuple):
    """What a rule raised at one device: from the fact that raised it to the one that ended it."""

    from_us: int
    to_us: int | None  # None: it had not ended
    step: int  # the gravest, from 1
    peak: float
    value: float  # that raised it


def episodes(limits: Limits, facts: Iterable[Fact]) -> list[Episode]:
    """The whole story of one device's facts, in the order in which they came.

    Whatever is older than a message before it is left out, as the watch does.
    """
    found: list[Episode] = []
    phase: Phase | None = None
    newest: int | None = None
    for time_us, value in facts:
        if newest is not None and time_us < newest:
            continue
        newest = time_us
        if value is None:
            continue
        before = phase.raised if phase else 0
        phase, _ = advance(limits, phase, time_us, value)
        if phase is None:
            if before:
                found[-1] = found[-1]._replace(to_us=time_us)
        elif phase.raised and not before:
            found.append(Episode(time_us, None, phase.raised, value, value))
        elif phase.raised:
            peak = max(found[-1].peak, value, key=lambda v: limits.sign * v)
            found[-1] = found[-1]._replace(step=phase.raised, peak=peak)
    return found


def microseconds(seconds: float) -> int:
    """Whole microseconds."""
    return round(seconds * MICROSECONDS)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


def unix_us(moment: datetime) -> int:
    """Unix microseconds of an aware moment, exact."""
    span = moment - _EPOCH
    return (span.days * 86_400 + span.seconds) * MICROSECONDS + span.microseconds
