"""What the API says of the audit trail."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class AuditRead(BaseModel):
    """One entry of the trail."""

    model_config = ConfigDict(from_attributes=True)

    seq: int = Field(description="Number in the chain, from 1 without a hole.")
    time: datetime
    actor_id: int | None = Field(description="User; null for the program and for strangers.")
    actor: str
    roles: list[str]
    action: str = Field(examples=["user.grant"])
    object_type: str = Field(examples=["user"])
    object_id: str = Field(examples=["7"])
    result: Literal["ok", "refused", "failed"]
    address: str
    request_id: str = Field(description="X-Request-Id of the request that did it.")
    detail: dict[str, Any]
    hash: str = Field(description="SHA-256 over this entry and the hash before, in hex.")


class Found(BaseModel):
    """Something that must not be."""

    kind: Literal["changed", "missing", "cut", "replaced"]
    first: int
    last: int
    words: str


class Verdict(BaseModel):
    """What a verification has found; an untouched trail has no findings."""

    ok: bool
    entries: int
    newest: int
    anchors: int
    findings: list[Found]
