"""The life of a command: which state follows which. Everything not in the table is refused."""

from typing import Final, Literal, get_args

State = Literal["queued", "sent", "answered", "refused", "timed_out", "cancelled"]
Act = Literal["send", "requeue", "accept", "refuse", "expire", "cancel"]

STATES: Final[tuple[State, ...]] = get_args(State)
OPEN: Final[tuple[State, ...]] = ("queued", "sent")

# `send`: the broker confirmed that it has the command. `requeue`: the broker lost what it held or
# never said so, the command goes out again (its id makes that harmless).
# An answer may come before we noted the sending, or after we gave up waiting: what the device says
# it did is the truth. What was sent cannot be called back, so only a queued one is cancelled.
TRANSITIONS: Final[dict[tuple[State, Act], State]] = {
    ("queued", "send"): "sent",
    ("queued", "requeue"): "queued",
    ("sent", "requeue"): "queued",
    ("queued", "accept"): "answered",
    ("sent", "accept"): "answered",
    ("timed_out", "accept"): "answered",
    ("queued", "refuse"): "refused",
    ("sent", "refuse"): "refused",
    ("timed_out", "refuse"): "refused",
    ("queued", "expire"): "timed_out",
    ("sent", "expire"): "timed_out",
    ("queued", "cancel"): "cancelled",
}


def after(state: State, act: Act) -> State | None:
    """The state that follows, or None where the act is not possible."""
    return TRANSITIONS.get((state, act))


def sources(act: Act) -> list[State]:
    """The states in which an act is possible: what a statement may change."""
    return [state for state, possible in TRANSITIONS if possible == act]
