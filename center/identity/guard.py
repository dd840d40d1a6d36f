"""The guard at a handler's door: a valid session, the permission, and a trace of each refusal."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from center.audit.folding import Folding
from center.audit.service import audit_alone
from center.audit.settings import AuditSettings
from center.errors import Forbidden, Unauthenticated
from center.identity.caller import Caller
from center.identity.sessions.lookup import find_caller
from center.settings import settings

# Only for the OpenAPI document and the reading of the header; the decision is ours.
bearer = OAuth2PasswordBearer(
    "/api/v1/auth/token", refreshUrl="/api/v1/auth/refresh", auto_error=False
)

BACKGROUND = "X-Background"


class PasswordChangeRequired(Forbidden):
    """Choose a password of your own first: POST /api/v1/me/password."""


class Door:
    """A dependency that lets nobody in unasked; every route has one or is on the public list."""


@dataclass(frozen=True)
class Guard(Door):
    """Lets a caller in who holds every one of the permissions; with none named, who is signed in.

    Raises:
        Unauthenticated: no token, or one that is forged, expired or revoked.
        Forbidden: the roles do not permit it; the refusal is audited.
    """

    permissions: frozenset[str]

    def __call__(self, request: Request, token: Annotated[str | None, Depends(bearer)]) -> Caller:
        if token is None:
            raise Unauthenticated()
        # A page that polls says so; else no session would ever be idle.
        used = BACKGROUND not in request.headers
        caller, must_change = find_caller(token, client_address(request), used=used)
        request.state.caller = caller
        if must_change and self.permissions:
            raise PasswordChangeRequired
        if missing := self.permissions - caller.permissions:
            _refuse(caller, request, missing)
        return caller


def _refuse(caller: Caller, request: Request, missing: frozenset[str]) -> None:
    folded = refusals().take((caller.user_id, request.scope.get("endpoint")))
    if folded is not None:
        detail: dict[str, Any] = {"missing": sorted(missing)} | (
            {"folded": folded} if folded else {}
        )
        audit_alone(
            caller,
            "request.refuse",
            "route",
            f"{request.method} {request.url.path}",
            **detail,
        )
    raise Forbidden(missing=sorted(missing))


@cache
def refusals() -> Folding:
    """Those of this process."""
    return Folding(settings(AuditSettings).audit_fold_seconds)


def permits(*permissions: str) -> Any:
    """In a handler's signature: `Annotated[Caller, permits("devices:read")]`."""
    return Depends(Guard(frozenset(permissions)))


def client_address(request: Request) -> str:
    """Where the request comes from; behind a proxy uvicorn has read the forwarded header."""
    return request.client.host if request.client else "unknown"
