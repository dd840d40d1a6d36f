"""`/users`, `/roles`: accounts and rights, each in another administrator's hand."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Path, Query, Response
from sqlalchemy.orm import selectinload

from center.identity.caller import Caller
from center.identity.guard import permits
from center.identity.login import brakes
from center.identity.models import Permission, Role
from center.identity.passwords import TooManyLogins
from center.identity.policy.service import policy
from center.identity.users import repository, second_factor, service
from center.identity.users.schemas import (
    Grants,
    NewPassword,
    NewUser,
    PermissionRead,
    RoleRead,
    UserChange,
    UserDetail,
    UserRead,
)
from center.pages import Page, PageQuery
from center.problems import told
from center.requests import IdempotencyKey, IfMatch, Reads, Writes, etag, located
from center.routing import Router

router = Router(tags=["users"])

UserId = Annotated[int, Path(ge=1, le=2**63 - 1)]
SystemAdministrator = Annotated[Caller, permits("users:write")]
SecurityAdministrator = Annotated[Caller, permits("roles:grant")]
Unlocker = Annotated[Caller, permits("users:unlock")]
Reader = Annotated[Caller, permits("users:read")]


@router.get("/users")
def list_users(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    q: Annotated[str | None, Query(max_length=80, description="Part of a name.")] = None,
    role: Annotated[str | None, Query(max_length=40)] = None,
    disabled: bool | None = None,
) -> Page[UserRead]:
    """Users of the caller's divisions, by user name."""
    return repository.page(session, caller, page, repository.UserFilter(q, role, disabled))


@router.post("/users", status_code=201, responses=told(TooManyLogins))
def create_user(
    caller: SystemAdministrator,
    session: Writes,
    new: NewUser,
    key: IdempotencyKey,
    response: Response,
) -> UserRead:
    """An account without any right yet."""
    made = key.once(
        session,
        caller,
        new,
        UserRead,
        lambda: UserRead.model_validate(service.create(session, caller, new)),
    )
    located(response, f"/users/{made.id}")
    response.headers["ETag"] = etag(made)
    return made


@router.get("/users/{user_id}")
def get_user(caller: Reader, session: Reads, user_id: UserId, response: Response) -> UserDetail:
    """One user."""
    user = repository.get(session, caller, user_id)
    response.headers["ETag"] = etag(user)
    detail = UserDetail.model_validate(user)
    limit = policy(session).lockout_failures
    detail.locked_until = brakes.locked_until(session, user.username, limit)
    return detail


@router.patch("/users/{user_id}")
def change_user(
    caller: SystemAdministrator,
    session: Writes,
    user_id: UserId,
    change: UserChange,
    version: IfMatch,
    response: Response,
) -> UserRead:
    """Rename, disable or enable an account."""
    user = service.change(session, caller, user_id, change, version)
    response.headers["ETag"] = etag(user)
    return UserRead.model_validate(user)


@router.put("/users/{user_id}/grants")
def grant(
    caller: SecurityAdministrator,
    session: Writes,
    user_id: UserId,
    grants: Grants,
    version: IfMatch,
    response: Response,
) -> UserRead:
    """Set all roles and divisions of a user."""
    user = service.grant(session, caller, user_id, grants, version)
    response.headers["ETag"] = etag(user)
    return UserRead.model_validate(user)


@router.post("/users/{user_id}/password", status_code=204, responses=told(TooManyLogins))
def reset_password(
    caller: SystemAdministrator, session: Writes, user_id: UserId, body: NewPassword
) -> Response:
    """Give a user who has forgotten the password a new one, to be changed at once."""
    service.reset_password(session, caller, user_id, body.password)
    return Response(status_code=204)


@router.post("/users/{user_id}/unlock", status_code=204)
def unlock_user(caller: Unlocker, session: Writes, user_id: UserId) -> Response:
    """Lift a lock-out."""
    service.unlock(session, caller, user_id)
    return Response(status_code=204)


@router.delete("/users/{user_id}/totp", status_code=204)
def reset_second_factor(caller: Unlocker, session: Writes, user_id: UserId) -> Response:
    """Remove the second factor of a user who has lost the phone."""
    second_factor.remove(session, caller, user_id)
    return Response(status_code=204)


@router.get("/roles")
def list_roles(caller: Reader, session: Reads) -> Page[RoleRead]:
    """All roles with what they permit."""
    statement = sa.select(Role).options(selectinload(Role.permissions)).order_by(Role.key)
    return Page(items=[_role(role) for role in session.scalars(statement)], next=None)


@router.get("/permissions")
def list_permissions(caller: Reader, session: Reads) -> Page[PermissionRead]:
    """All permissions there are."""
    found = session.scalars(sa.select(Permission).order_by(Permission.key))
    return Page(items=[PermissionRead.model_validate(item) for item in found], next=None)


def _role(role: Role) -> RoleRead:
    return RoleRead(
        key=role.key,
        name_zh=role.name_zh,
        name_en=role.name_en,
        duty=role.duty,
        permissions=[item.permission for item in role.permissions],
    )
