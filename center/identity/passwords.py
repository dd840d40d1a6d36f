"""Passwords: hashing under a bound, and the rules for a new one."""

import secrets
import string
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from center.errors import HengyangError, Invalid, TooMany
from center.identity.settings import PasswordSettings
from center.settings import settings

MAX_LENGTH = 128  # characters; a longer one would only be work for the hash
CLASSES_NEEDED = 3
SYMBOLS = "-_.:"  # safe in shells, forms and addresses


class PasswordTooWeak(Invalid):
    """The password does not follow the rules."""


class TooManyLogins(TooMany):
    """Too many people log in at this moment: try again in a second."""


class NoThreadLeft(HengyangError):
    """Hashes leave no thread: raise HENGYANG_API_THREADS or lower HENGYANG_PASSWORD_HASHES_*."""


@cache
def _hasher() -> PasswordHasher:
    config = settings(PasswordSettings)
    return PasswordHasher(
        time_cost=config.password_rounds, memory_cost=config.password_memory_kib, parallelism=1
    )


@cache
def _nobody() -> str:
    """A hash that no password has: an unknown user costs the same time as a known one."""
    return _hasher().hash(secrets.token_urlsafe(32))


def hash_password(password: str) -> str:
    """The argon2id hash, with its parameters and salt in it."""
    with turnstile().turn():
        return _hasher().hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; for no user (None) False after the same work."""
    try:
        against = stored or _nobody()
        with turnstile().turn():
            _hasher().verify(against, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(stored)


class Turnstile:
    """Bounds the hashes at work and those who wait for their turn; the rest is sent away at once.

    So a flood of log-ins keeps a few threads busy, and the others go on serving.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)
        self._mine = threading.local()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue; a thread that has one keeps it.

        Raises:
            TooManyLogins: the queue is full.
        """
        if getattr(self._mine, "place", False):
            yield
            return
        if not self._places.acquire(blocking=False):
            raise TooManyLogins
        self._mine.place = True
        try:
            yield
        finally:
            self._mine.place = False
            self._places.release()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The turn to compute one hash, on a place of its own where the thread has none.

        Raises:
            TooManyLogins: the queue is full.
        """
        with self.place(), self._turns:
            yield


@cache
def turnstile() -> Turnstile:
    """The one of this process."""
    config = settings(PasswordSettings)
    return Turnstile(config.password_hashes_at_once, config.password_hashes_waiting)


def check_threads(threads: int) -> None:
    """Makes sure that hashes leave one of so many threads free.

    Raises:
        NoThreadLeft: with these settings a flood of log-ins would stop all other requests.
    """
    config = settings(PasswordSettings)
    if config.password_hashes_at_once + config.password_hashes_waiting >= threads:
        raise NoThreadLeft()


class Broken(NamedTuple):
    """A rule that a password breaks: its stable name, its words, and the number in them."""

    rule: str
    words: str
    limit: int | None = None


TOO_PLAIN = Broken(
    "plain",
    "The password needs three of: small letters, capitals, digits, other characters.",
    CLASSES_NEEDED,
)
USED_BEFORE = Broken("used", "You have used this password before: choose a new one.")


def check_rules(password: str, username: str, min_length: int, old_hashes: Sequence[str]) -> None:
    """The rules for a new password; `old_hashes` are those that may not be taken again.

    Raises:
        PasswordTooWeak: its `detail` says the rule, its `rule` and `limit` name it for programs.
    """
    if broken := broken_rule(password, username, min_length):
        raise _weak(broken)
    if any(matches(old, password) for old in old_hashes):
        raise _weak(USED_BEFORE)


def _weak(broken: Broken) -> PasswordTooWeak:
    return PasswordTooWeak(broken.words, rule=broken.rule, limit=broken.limit)


def broken_rule(password: str, username: str, min_length: int) -> Broken | None:
    """The first rule on the text itself that the password breaks."""
    few = min_length // 2
    rules = (
        (
            len(password) < min_length,
            Broken("short", f"The password needs at least {min_length} characters.", min_length),
        ),
        (
            len(password) > MAX_LENGTH,
            Broken("long", f"The password may have at most {MAX_LENGTH} characters.", MAX_LENGTH),
        ),
        (
            not password.isprintable(),
            Broken("unprintable", "The password holds characters that cannot be typed."),
        ),
        (_classes(password) < CLASSES_NEEDED, TOO_PLAIN),
        (
            username.casefold() in password.casefold(),
            Broken("username", "The password may not contain the user name."),
        ),
        (
            len(set(password)) < few,
            Broken("repeats", f"The password repeats too few characters: {few} are needed.", few),
        ),
    )
    return next((rule for broken, rule in rules if broken), None)


def _classes(password: str) -> int:
    kinds = (str.islower, str.isupper, str.isdecimal, lambda c: not c.isalnum())
    known = sum(any(kind(c) for c in password) for kind in kinds)
    # Chinese characters are letters without a case: a class of their own.
    return known + any(c.isalpha() and not c.islower() and not c.isupper() for c in password)


def generate(length: int = 20) -> str:
    """A random password that follows the rules, without letters that look alike."""
    alphabet = [c for c in string.ascii_letters + string.digits if c not in "0O1lI"] + list(SYMBOLS)
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(length))
        if broken_rule(password, "\0", length) is None:
            return password
