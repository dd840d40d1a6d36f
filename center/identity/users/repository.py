"""Finding users."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from center.errors import NotFound
from center.identity.caller import Caller
from center.identity.models import User, UserRole
from center.identity.users.schemas import UserRead
from center.pages import Page, PageParameters, paginate


@dataclass(frozen=True)
class UserFilter:
    """What a list of users is narrowed by; None does not narrow."""

    q: str | None = None
    role: str | None = None
    disabled: bool | None = None


def visible(caller: Caller) -> sa.ColumnElement[bool]:
    """Users none of whose divisions lies outside the caller's; new ones have none yet."""
    division = sa.func.unnest(User.divisions).column_valued("division")
    outside = sa.select(division).where(sa.not_(caller.scope(division)))
    return sa.not_(outside.exists())


def page(
    session: Session, caller: Caller, query: PageParameters, narrow: UserFilter
) -> Page[UserRead]:
    """Users in the order of their names."""
    statement = sa.select(User).where(visible(caller)).options(selectinload(User.roles))
    if narrow.q:
        found = (User.username, User.display_name)
        statement = statement.where(
            sa.or_(*(column.icontains(narrow.q, autoescape=True) for column in found))
        )
    if narrow.role:
        statement = statement.where(User.roles.any(UserRole.role == narrow.role))
    if narrow.disabled is not None:
        statement = statement.where(User.disabled == narrow.disabled)
    return paginate(session, statement, (User.username,), query, UserRead.model_validate)


def get(session: Session, caller: Caller, user_id: int, *, lock: bool = False) -> User:
    """One user in the caller's divisions.

    Raises:
        NotFound: no such user, or one of other divisions.
    """
    statement = (
        sa.select(User).where(User.id == user_id, visible(caller)).options(selectinload(User.roles))
    )
    user = session.scalar(statement.with_for_update(of=User) if lock else statement)
    if user is None:
        raise NotFound()
    return user


def myself(session: Session, caller: Caller) -> User:
    """The caller's own row, locked."""
    statement = sa.select(User).where(User.id == caller.user_id).options(selectinload(User.roles))
    return session.scalars(statement.with_for_update(of=User)).one()
