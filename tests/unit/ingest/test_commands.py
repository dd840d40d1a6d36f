"""The life of a command, and what its arguments must hold."""

import itertools

import pytest

from ingest.commands.lifecycle import OPEN, STATES, TRANSITIONS, after, sources
from ingest.commands.names import BadArgs, check_args

ACTS = ("send", "requeue", "accept", "refuse", "expire", "cancel")
POSSIBLE = [
    ("queued", "send", "sent"),
    ("queued", "requeue", "queued"),
    ("sent", "requeue", "queued"),
    ("queued", "cancel", "cancelled"),
    ("queued", "expire", "timed_out"),
    ("sent", "expire", "timed_out"),
    ("queued", "accept", "answered"),
    ("sent", "accept", "answered"),
    ("timed_out", "accept", "answered"),
    ("queued", "refuse", "refused"),
    ("sent", "refuse", "refused"),
    ("timed_out", "refuse", "refused"),
]


@pytest.mark.parametrize("state", ["answered", "refused", "cancelled"])
@pytest.mark.parametrize("act", ACTS)
def test_nothing_follows_an_end(state, act):
    assert after(state, act) is None


def test_what_was_sent_cannot_be_called_back():
    assert after("sent", "cancel") is None


@pytest.mark.parametrize(("state", "act", "then"), POSSIBLE)
def test_what_follows(state, act, then):
    assert after(state, act) == then
    assert state in sources(act)


def test_nothing_else_is_possible():
    listed = {(state, act) for state, act, _ in POSSIBLE}
    everything = set(itertools.product(STATES, ACTS))
    assert all(after(state, act) is None for state, act in everything - listed)
    assert set(TRANSITIONS) == listed


def test_every_open_command_can_end():
    for state in OPEN:
        assert {after(state, act) for act in ("accept", "refuse", "expire")} == {
            "answered",
            "refused",
            "timed_out",
        }


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("resend", {}),
        ("resend", {"boot": 1, "ranges": []}),
        ("resend", {"boot": -1, "ranges": [[0, 1]]}),
        ("resend", {"boot": 1, "ranges": [[0]]}),
        ("set_interval", {}),
        ("set_interval", {"seconds": 0}),
        ("set_interval", {"seconds": "60"}),
        ("set_interval", {"seconds": 60, "minutes": 1}),
        ("message", {"text": ""}),
        ("reboot", {"now": True}),
        ("open_valve", {"words": "x" * 5000}),
    ],
)
def test_arguments_that_do_not_fit_are_refused(name, args):
    with pytest.raises(BadArgs):
        check_args(name, args)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("resend", {"boot": 3, "ranges": [[0, 4], [9, 9]]}),
        ("report", {}),
        ("set_interval", {"seconds": 60}),
        ("message", {"text": "前方道路积水"}),
        ("open_valve", {"percent": 40, "slowly": True}),
    ],
)
def test_arguments_that_fit_pass(name, args):
    check_args(name, args)
