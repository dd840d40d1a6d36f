"""The rules for passwords."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.identity.passwords import TooManyLogins, Turnstile, broken_rule, generate


@pytest.mark.parametrize(
    ("password", "rule", "limit"),
    [
        ("Sh0rt!", "short", 12),
        ("A1!" + "x" * 130, "long", 128),
        ("only-small-letters", "plain", 3),
        ("Wang.Wei-123456", "username", None),
        ("Nul-in-the\0middle-1", "unprintable", None),
        ("Line-in-the\nmiddle-1", "unprintable", None),
        ("Aa1Aa1Aa1Aa1Aa1", "repeats", 6),
    ],
)
def test_a_weak_password_is_refused_by_name_of_the_rule(
    password: str, rule: str, limit: int | None
) -> None:
    broken = broken_rule(password, "wang.wei", 12)
    assert broken is not None
    assert (broken.rule, broken.limit) == (rule, limit)
    assert limit is None or str(limit) in broken.words or rule == "plain"


@pytest.mark.parametrize(
    "password", ["Correct-Horse-9", "correct horse 9 battery", "衡阳市的一个长密码 2026"]
)
def test_a_good_password_is_taken(password: str) -> None:
    assert broken_rule(password, "wang.wei", 12) is None


@given(st.integers(12, 64))
def test_a_generated_password_follows_the_rules(length: int) -> None:
    assert broken_rule(generate(length), "wang.wei", 12) is None


@given(st.text(max_size=200), st.text(min_size=1, max_size=40))
def test_any_text_gets_an_answer(password: str, username: str) -> None:
    broken_rule(password, username, 12)


def test_a_full_queue_sends_away_at_once() -> None:
    turnstile = Turnstile(at_once=1, waiting=1)
    inside, leave = threading.Barrier(3), threading.Event()

    def work() -> None:
        with turnstile.place():
            inside.wait(timeout=30)
            leave.wait(timeout=30)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    inside.wait(timeout=30)
    with pytest.raises(TooManyLogins), turnstile.place():
        pass
    # A hash outside of a log-in (a new password) waits in the same queue.
    with pytest.raises(TooManyLogins), turnstile.turn():
        pass
    leave.set()
    for thread in threads:
        thread.join(timeout=60)
    # A thread that has the only place left does not want a second one for its hashes.
    with turnstile.place(), turnstile.turn():
        pass


def test_no_more_hash_at_the_same_time_than_allowed() -> None:
    turnstile = Turnstile(at_once=2, waiting=10)
    meeting = threading.Barrier(2)
    inside, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with turnstile.place(), turnstile.turn():
            with lock:
                inside += 1
                most = max(most, inside)
            meeting.wait(timeout=30)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert most == 2
