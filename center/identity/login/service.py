"""Logging in. It takes several transactions: a refused attempt must leave its count behind."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from center.audit.service import audit, audit_alone
from center.clock import now
from center.database import transaction
from center.errors import Forbidden, Unauthenticated
from center.identity.caller import Caller, anonymous
from center.identity.login import brakes, totp
from center.identity.login.schemas import LogIn
from center.identity.models import User
from center.identity.passwords import hash_password, matches, outdated, turnstile
from center.identity.policy.service import policy
from center.identity.sessions.schemas import Tokens
from center.identity.sessions.service import open_session
from center.logs import logger

log = logger(__name__)


class BadCredentials(Unauthenticated):
    """User name or password is wrong."""


class SecondFactorRequired(Unauthenticated):
    """Send the one-time code of your authenticator too, as `totp`."""


class SecondFactorWrong(Unauthenticated):
    """The one-time code is wrong or was used before."""


class WrongPassword(Forbidden):
    """The current password is wrong."""


@dataclass(frozen=True)
class Attempt:
    """One attempt that the brakes have let through."""

    form: LogIn
    caller: Caller
    user_agent: str
    moment: datetime
    brakes: list[brakes.Brake]
    user: User | None


def log_in(form: LogIn, address: str, user_agent: str) -> Tokens:
    """Tokens for a user name and password, and a one-time code where one is due.

    Raises:
        TooManyLogins, LockedOut: wait first; nothing was tried.
        BadCredentials: no such user, wrong password or disabled, in the same words and time.
        SecondFactorRequired, SecondFactorWrong: the password was right.
    """
    with turnstile().place():
        attempt = _begin(form, address, user_agent)
        right = matches(attempt.user.password_hash if attempt.user else None, form.password)
        if attempt.user is None or not right or attempt.user.disabled:
            raise _refusal(attempt, BadCredentials())
        outcome = _finish(attempt, attempt.user.id)
    if isinstance(outcome, SecondFactorWrong):
        raise _refusal(attempt, outcome)
    if isinstance(outcome, SecondFactorRequired):
        raise outcome
    return outcome


def prove(caller: Caller, password: str) -> None:
    """Makes sure that it is still the user who sits there, before something grave is done.

    Raises:
        WrongPassword: counted like a failed log-in.
        LockedOut: too many of these.
    """
    moment = now()
    with turnstile().place():
        with transaction() as session:
            found = _brakes(session, caller.username, caller.address)
            brakes.press(session, found, moment)
            stored = session.get_one(User, caller.user_id).password_hash
        right = matches(stored, password)
    if not right:
        audit_alone(caller, "password.prove", "user", caller.user_id)
        raise WrongPassword()
    with transaction() as session:
        brakes.release(session, found, moment)


def _brakes(session: Session, username: str, address: str) -> list[brakes.Brake]:
    return brakes.brakes(policy(session), username, address)


def _begin(form: LogIn, address: str, user_agent: str) -> Attempt:
    """Counts the attempt before it is tried, and looks the user up."""
    moment = now()
    try:
        with transaction() as session:
            found = _brakes(session, form.username, address)
            brakes.press(session, found, moment)
            user = session.scalar(
                sa.select(User)
                .where(User.username == form.username)
                .options(selectinload(User.roles))
            )
    except brakes.LockedOut as error:
        log.warning("login_held", address=address, wait=error.fields["retry_after"])
        raise
    caller = _caller(user, address) if user else anonymous(form.username, address)
    return Attempt(form, caller, user_agent, moment, found, user)


def _finish(attempt: Attempt, user_id: int) -> Tokens | SecondFactorRequired | SecondFactorWrong:
    """The password was right: the second factor, then the session, in one transaction."""
    with transaction() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        if user.totp_enabled:
            if attempt.form.totp is None:
                brakes.release(session, attempt.brakes, attempt.moment)
                return SecondFactorRequired()
            if not use_code(session, user, attempt.form.totp, attempt.moment):
                return SecondFactorWrong()
        brakes.release(session, attempt.brakes, attempt.moment)
        brakes.lift(session, user.username)
        if outdated(user.password_hash):
            _rehash(session, user, attempt.form.password)
        audit(session, attempt.caller, "session.create", "user", user.id)
        return open_session(session, user, attempt.caller.address, attempt.user_agent)


def use_code(session: Session, user: User, code: str, moment: datetime) -> bool:
    """Whether a one-time code is right; it is used up then. The user's row must be locked."""
    assert user.totp_secret is not None
    secret = totp.unseal(user.totp_secret, user.id)
    step = totp.accepted_step(secret, code, moment, user.totp_last_step)
    if step is None:
        return False
    # Not by the attribute: that would change the version other people's If-Match rests on.
    session.execute(sa.update(User).where(User.id == user.id).values(totp_last_step=step))
    return True


def _rehash(session: Session, user: User, password: str) -> None:
    """The price of a hash has been raised: this is the moment when the password is known."""
    values = {"password_hash": hash_password(password)}
    session.execute(sa.update(User).where(User.id == user.id).values(values))


def _refusal(attempt: Attempt, error: Unauthenticated) -> Unauthenticated:
    audit_alone(attempt.caller, "session.create", "user", result="refused", reason=error.code())
    return error


def _caller(user: User, address: str) -> Caller:
    return Caller(
        user.id,
        user.username,
        user.display_name,
        frozenset(),
        tuple(user.divisions),
        None,
        address,
        tuple(user.role_keys),
    )
