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
    actor: str = Field(examples=["wang.wei"])
    roles: list[str] = Field(examples=[["secadmin"]])
    action: str = Field(examples=["user.grant"])
    object_type: str = Field(examples=["user"])
    object_id: str = Field(examples=["7"])
    result: Literal["ok", "refused", "failed"]
    address: str = Field(examples=["10.43.4.17"])
    request_id: str = Field(
        description="X-Request-Id of the request that did it.",
        examples=["7f3c1a528a4e4f0fa7b30f7f3e6d2c11"],
    )
    detail: dict[str, Any] = Field(examples=[{"disabled": True}])
    hash: str = Field(
        description="SHA-256 over this entry and the hash before, in hex.",
        examples=[f"{0x9F86D081:064x}"],
    )


class Found(BaseModel):
    """Something that must not be."""

    kind: Literal["changed", "missing", "cut", "replaced", "spoilt"]
    first: int = Field(description="Number of the entry; of the line where an anchor is spoilt.")
    last: int
    words: str = Field(examples=["entry 6: missing: removed from the middle of the trail"])


class Verdict(BaseModel):
    """What a verification has found; an untouched trail has no findings."""

    ok: bool
    entries: int
    newest: int
    anchors: int
    findings: list[Found]
