"""`/security-policy`: the rules of passwords, lock-out and idle log-out."""

from typing import Annotated

from fastapi import Response
from pydantic import ConfigDict, Field

from center.audit.service import audit
from center.identity.caller import Caller
from center.identity.guard import permits
from center.identity.policy.service import policy
from center.requests import Body, IfMatch, Reads, Writes, etag
from center.routing import Router

router = Router(prefix="/security-policy", tags=["security policy"])


class Policy(Body):
    """The rules that the security administrator sets."""

    model_config = ConfigDict(from_attributes=True)

    password_min_length: int = Field(ge=8, le=64, description="Characters.", examples=[12])
    password_history: int = Field(
        ge=0, le=24, description="Last passwords not to be taken again.", examples=[5]
    )
    password_max_age_days: int = Field(ge=1, le=3650, examples=[90])
    lockout_failures: int = Field(
        ge=3, le=100, description="Failed log-ins until a lock-out.", examples=[5]
    )
    lockout_seconds: int = Field(
        ge=10,
        le=86400,
        description="Length of the first lock-out; each further one is doubled.",
        examples=[300],
    )
    address_failures: int = Field(
        ge=10, le=100_000, description="Failed log-ins of one address in a minute."
    )
    idle_logout_seconds: int | None = Field(
        ge=60, le=86400, description="A session unused so long ends; null: the server's setting."
    )


@router.get("")
def get_policy(
    caller: Annotated[Caller, permits("settings:read")], session: Reads, response: Response
) -> Policy:
    """The rules in force."""
    stored = policy(session)
    response.headers["ETag"] = etag(stored)
    return Policy.model_validate(stored)


@router.put("")
def set_policy(
    caller: Annotated[Caller, permits("settings:write")],
    session: Writes,
    wanted: Policy,
    version: IfMatch,
    response: Response,
) -> Policy:
    """Set all rules; they hold from the next log-in or request on."""
    stored = policy(session, lock=True)
    version.check(stored)
    for name, value in wanted.model_dump().items():
        setattr(stored, name, value)
    session.flush()
    audit(session, caller, "policy.change", "security_policy", **wanted.model_dump())
    response.headers["ETag"] = etag(stored)
    return wanted
