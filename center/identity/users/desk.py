"""Accounts as the server's command line sees them: no session, all rights, every act audited."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session, selectinload

from center.audit.service import audit
from center.database import name_process, transaction
from center.errors import Invalid, NotFound
from center.identity.caller import Caller, command_line
from center.identity.login import brakes
from center.identity.models import User
from center.identity.passwords import generate
from center.identity.sessions.service import revoke_all
from center.identity.users import second_factor, service
from center.identity.users.schemas import Grants, NewUser, UserRead


class NoSuchUser(NotFound):
    """There is no user of this name."""


@contextmanager
def _desk() -> Iterator[tuple[Session, Caller]]:
    name_process("user")
    with transaction() as session:
        yield session, command_line()


@contextmanager
def _plainly() -> Iterator[None]:
    """A word that cannot be used is named as the API would name it."""
    try:
        yield
    except ValidationError as error:
        raise Invalid("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())) from error


def _find(session: Session, username: str) -> User:
    statement = sa.select(User).where(User.username == username).options(selectinload(User.roles))
    user = session.scalar(statement.with_for_update(of=User))
    if user is None:
        raise NoSuchUser(f"There is no user {username}.")
    return user


def add(username: str, display_name: str, roles: Sequence[str], divisions: Sequence[str]) -> str:
    """An account with roles; gives its password, which must be changed at the first log-in."""
    password = generate()
    with _plainly():
        new = NewUser(username=username, display_name=display_name, password=password)
        grants = Grants(roles=list(roles), divisions=list(divisions))
    with _desk() as (session, caller):
        user = service.create(session, caller, new)
        service.set_grants(session, caller, user, grants.roles, grants.divisions)
    return password


def everybody() -> list[UserRead]:
    """All accounts by name."""
    with _desk() as (session, _):
        statement = sa.select(User).options(selectinload(User.roles)).order_by(User.username)
        return [UserRead.model_validate(user) for user in session.scalars(statement)]


def set_disabled(username: str, *, disabled: bool) -> None:
    """Disables or enables an account, of administrators too."""
    with _desk() as (session, caller):
        user = _find(session, username)
        user.disabled = disabled
        if disabled:
            revoke_all(session, caller, user.id, "account disabled")
        audit(session, caller, "user.change", "user", user.id, disabled=disabled)


def unlock(username: str) -> None:
    """Forgets the failed log-ins of a user."""
    with _desk() as (session, caller):
        user = _find(session, username)
        brakes.lift(session, user.username)
        audit(session, caller, "user.unlock", "user", user.id)


def reset_password(username: str) -> str:
    """A new generated password, to be changed at the next log-in."""
    password = generate()
    with _desk() as (session, caller):
        user = _find(session, username)
        service.set_password(session, caller, user, password, must_change=True)
    return password


def remove_second_factor(username: str) -> None:
    """Log-in asks for the password alone again, of administrators too."""
    with _desk() as (session, caller):
        second_factor.clear(session, caller, _find(session, username))


def grant(username: str, roles: Sequence[str], divisions: Sequence[str]) -> None:
    """Replaces roles and divisions."""
    with _plainly():
        grants = Grants(roles=list(roles), divisions=list(divisions))
    with _desk() as (session, caller):
        user = _find(session, username)
        service.set_grants(session, caller, user, grants.roles, grants.divisions)
