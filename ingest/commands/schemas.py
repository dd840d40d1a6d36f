"""Commands as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from center.requests import Body
from ingest.commands.lifecycle import State


class CommandRead(BaseModel):
    """A command and how far it has come."""

    id: UUID
    device_id: Annotated[str, Field(examples=["WL-0001"])]
    name: Annotated[str, Field(examples=["set_interval"])]
    args: Annotated[dict[str, Any], Field(examples=[{"seconds": 60}])]
    state: State
    requested_by: Annotated[str, Field(examples=["wang.wei"])]
    requested_at: datetime
    deadline: datetime
    sent_at: Annotated[
        datetime | None, Field(description="When the broker confirmed that it has it.")
    ]
    answered_at: datetime | None
    attempts: Annotated[int, Field(description="How often the broker took it over.")]
    detail: Annotated[
        str | None,
        Field(
            description="What the device said, why it waits, or why it ended.", examples=["done"]
        ),
    ]


class CommandSend(Body):
    """A command to send."""

    name: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$"),
        Field(
            description="resend, report, set_interval, reboot, message, or the device's own.",
            examples=["set_interval"],
        ),
    ]
    args: Annotated[dict[str, Any], Field(max_length=32, examples=[{"seconds": 60}])] = {}
    deadline_seconds: Annotated[
        int, Field(ge=1, le=86_400, description="Not answered by then: timed out.")
    ] = 60
