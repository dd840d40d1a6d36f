"""The matrix of escalation as the API shows and takes it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from center.alarms.signals import Severity
from center.requests import Body

Role = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="Key of a role.", examples=["commander"]),
]


class EscalationLevel(Body):
    """Unacknowledged for so long, counted from when it began to wait: to this role."""

    severity: Severity
    level: Annotated[int, Field(ge=1, le=9)]
    after_minutes: Annotated[int, Field(ge=1, le=10_080, examples=[10])]
    to_role: Role


class EscalationMatrixSet(Body):
    """The whole matrix; a severity without a row is never escalated."""

    levels: Annotated[list[EscalationLevel], Field(max_length=36)]


class EscalationMatrix(BaseModel):
    """The matrix that is in force."""

    version: Annotated[int, Field(description="Counts its changes; the ETag.")]
    changed_at: datetime
    changed_by: Annotated[str, Field(examples=["wang.wei"])]
    levels: list[EscalationLevel]
