"""Accounts and their rights, under the three-way split of administrators (三员分立)."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from center.audit.service import audit
from center.clock import now
from center.errors import Conflict, Forbidden, Invalid
from center.identity.caller import Caller
from center.identity.login import brakes
from center.identity.models import OldPassword, Role, User, UserRole
from center.identity.passwords import check_rules, hash_password
from center.identity.policy.service import policy
from center.identity.sessions.service import revoke_all
from center.identity.users import repository
from center.identity.users.schemas import Grants, NewUser, UserChange
from center.requests import Precondition


class UsernameTaken(Conflict):
    """There is a user of this name already."""


class NotYourself(Forbidden):
    """Nobody may do this to his own account."""


class AdministratorProtected(Forbidden):
    """Only the command line on the server may do this to a security administrator or an auditor."""


class DutiesConflict(Conflict):
    """One user can hold only one of the three administrators' roles (三员分立)."""


class OutsideScope(Forbidden):
    """You can grant only divisions that you have yourself."""


class UnknownRole(Invalid):
    """There is no such role."""


def create(session: Session, caller: Caller, new: NewUser) -> User:
    """An account without any right, which must change its password at the first log-in.

    Raises:
        UsernameTaken, PasswordTooWeak.
    """
    if session.scalar(sa.select(User.id).where(User.username == new.username)) is not None:
        raise UsernameTaken()
    check_rules(new.password, new.username, policy(session).password_min_length, [])
    user = User(
        username=new.username,
        display_name=new.display_name,
        password_hash=hash_password(new.password),
        password_changed_at=now(),
        must_change_password=True,
        disabled=False,
        divisions=[],
        roles=[],
    )
    session.add(user)
    session.flush()
    audit(session, caller, "user.create", "user", user.id, username=user.username)
    return user


def change(
    session: Session, caller: Caller, user_id: int, change: UserChange, version: Precondition
) -> User:
    """New name or state of an account; a disabled one is out at once."""
    user = repository.get(session, caller, user_id, lock=True)
    version.check(user)
    wanted = change.model_dump(exclude_none=True)
    if "disabled" in wanted:
        not_oneself(caller, user)
        _not_an_administrator(user)
    for name, value in wanted.items():
        setattr(user, name, value)
    if user.disabled:
        revoke_all(session, caller, user.id, "account disabled")
    audit(session, caller, "user.change", "user", user.id, **wanted)
    session.flush()
    return user


def grant(
    session: Session, caller: Caller, user_id: int, grants: Grants, version: Precondition
) -> User:
    """All roles and divisions of a user.

    Raises:
        NotYourself, UnknownRole, DutiesConflict, OutsideScope.
    """
    user = repository.get(session, caller, user_id, lock=True)
    version.check(user)
    not_oneself(caller, user)
    if not all(caller.sees(division) for division in grants.divisions):
        raise OutsideScope()
    return set_grants(session, caller, user, grants.roles, grants.divisions)


def set_grants(
    session: Session,
    caller: Caller,
    user: User,
    role_keys: Sequence[str],
    divisions: Sequence[str],
) -> User:
    """Replaces roles and divisions; see `grant`. The command line comes in here."""
    wanted = set(role_keys)
    roles = session.scalars(sa.select(Role).where(Role.key.in_(wanted))).all()
    if unknown := wanted - {role.key for role in roles}:
        raise UnknownRole(f"There is no role {', '.join(sorted(unknown))}.")
    if len([role for role in roles if role.duty != "none"]) > 1:
        raise DutiesConflict()
    before = {"roles": user.role_keys, "divisions": user.divisions}
    user.roles = [held for held in user.roles if held.role in wanted]
    # Out before in: the index allows one administrator's role at every moment.
    session.flush()
    held = {item.role for item in user.roles}
    user.roles += [UserRole(role=r.key, duty=r.duty) for r in roles if r.key not in held]
    user.divisions = sorted(set(divisions))
    flag_modified(user, "divisions")  # a change of roles alone is a new version too
    session.flush()
    after = {"roles": user.role_keys, "divisions": user.divisions}
    audit(session, caller, "user.grant", "user", user.id, before=before, after=after)
    return user


def reset_password(session: Session, caller: Caller, user_id: int, password: str) -> None:
    """A password known to two people, hence to be changed at the next log-in."""
    user = repository.get(session, caller, user_id, lock=True)
    not_oneself(caller, user)
    _not_an_administrator(user)
    set_password(session, caller, user, password, must_change=True)


def change_password(session: Session, caller: Caller, password: str) -> None:
    """One's own new password; the other sessions end.

    Raises:
        PasswordTooWeak: its detail names the rule.
    """
    user = repository.myself(session, caller)
    set_password(session, caller, user, password, must_change=False)


def set_password(
    session: Session, caller: Caller, user: User, password: str, *, must_change: bool
) -> None:
    """Checks, remembers the old password, sets the new one, ends the other sessions."""
    rules = policy(session)
    session.add(
        OldPassword(
            user_id=user.id, set_at=user.password_changed_at, password_hash=user.password_hash
        )
    )
    session.flush()
    old = _old_passwords(session, user, rules.password_history)
    check_rules(password, user.username, rules.password_min_length, old)
    user.password_hash = hash_password(password)
    user.password_changed_at = now()
    user.must_change_password = must_change
    revoke_all(session, caller, user.id, "password changed", keep=caller.session_id)
    audit(session, caller, "user.set_password", "user", user.id, must_change=must_change)


def _old_passwords(session: Session, user: User, most: int) -> list[str]:
    """The hashes that may not come again, the present one among them; older ones are forgotten."""
    mine = sa.select(OldPassword).where(OldPassword.user_id == user.id)
    kept = session.scalars(mine.order_by(OldPassword.set_at.desc()).limit(most)).all()
    session.execute(
        sa.delete(OldPassword).where(
            OldPassword.user_id == user.id,
            OldPassword.set_at.not_in([password.set_at for password in kept]),
        )
    )
    return [password.password_hash for password in kept]


def unlock(session: Session, caller: Caller, user_id: int) -> None:
    """Forgets the failed log-ins of a user."""
    user = repository.get(session, caller, user_id)
    brakes.lift(session, user.username)
    audit(session, caller, "user.unlock", "user", user.id)


def not_oneself(caller: Caller, user: User) -> None:
    """Raises NotYourself where the caller is the user."""
    if user.id == caller.user_id:
        raise NotYourself()


def _not_an_administrator(user: User) -> None:
    """Else the system administrator could log in as the two who watch over him."""
    if user.duty in ("security", "audit"):
        raise AdministratorProtected()
