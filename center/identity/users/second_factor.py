"""A user's second factor: enrolled, confirmed by a first code, removed."""

from sqlalchemy.orm import Session

from center.audit.service import audit
from center.clock import now
from center.errors import Conflict, Forbidden
from center.identity.caller import Caller
from center.identity.login import totp
from center.identity.login.service import use_code
from center.identity.models import User
from center.identity.users import repository
from center.identity.users.schemas import TotpEnrolment
from center.identity.users.service import not_oneself


class SecondFactorExists(Conflict):
    """There is a second factor already: remove it first."""


class NothingToConfirm(Conflict):
    """Ask for a second factor first."""


class CodeWrong(Forbidden):
    """The one-time code is wrong or was used before."""


def enrol(session: Session, caller: Caller) -> TotpEnrolment:
    """A fresh secret, shown this once; log-in asks for codes when one of it was confirmed."""
    user = repository.myself(session, caller)
    if user.totp_enabled:
        raise SecondFactorExists()
    secret = totp.new_secret()
    user.totp_secret, user.totp_confirmed = totp.seal(secret, user.id), False
    audit(session, caller, "second_factor.enrol", "user", user.id)
    return TotpEnrolment(secret=secret, address=totp.address(secret, user.username))


def confirm(session: Session, caller: Caller, code: str) -> None:
    """The authenticator works: from now on log-in asks for a code."""
    user = repository.myself(session, caller)
    if user.totp_secret is None or user.totp_confirmed:
        raise NothingToConfirm()
    if not use_code(session, user, code, now()):
        raise CodeWrong()
    user.totp_confirmed = True
    audit(session, caller, "second_factor.confirm", "user", user.id)


def remove_own(session: Session, caller: Caller) -> None:
    """Away with one's own second factor."""
    clear(session, caller, repository.myself(session, caller))


def remove(session: Session, caller: Caller, user_id: int) -> None:
    """Away with the second factor of a user who has lost the phone.

    Raises:
        NotFound, NotYourself: one's own asks for the password, under `/me`.
    """
    user = repository.get(session, caller, user_id, lock=True)
    not_oneself(caller, user)
    clear(session, caller, user)


def clear(session: Session, caller: Caller, user: User) -> None:
    """The same for a locked row; the command line comes in here."""
    user.totp_secret, user.totp_confirmed = None, False
    audit(session, caller, "second_factor.remove", "user", user.id)
