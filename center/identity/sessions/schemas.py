"""What the API says of sessions."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from center.requests import Body


class Tokens(BaseModel):
    """A short access token, and the refresh token that replaces it once."""

    access_token: str = Field(
        description="Send it as `Authorization: Bearer ...`.",
        examples=["eyJhbGciOiJIUzI1NiJ9.eyJzaWQiOiI3ZjNjIn0.c2ln"],
    )
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # the name of a scheme
    expires_in: int = Field(description="Seconds that the access token lives.", examples=[900])
    refresh_token: str = Field(
        description="Good for one refresh; a second use ends the session.",
        examples=["Zk3rN0c9Jq7bX2vL8sT5wY1uH4gD6fA0eP-oI_mKjBn"],
    )


class Refresh(Body):
    """A refresh token to be replaced."""

    refresh_token: str = Field(
        min_length=1, max_length=200, examples=["Zk3rN0c9Jq7bX2vL8sT5wY1uH4gD6fA0eP-oI_mKjBn"]
    )


class SessionRead(BaseModel):
    """One log-in."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    user_id: int
    created_at: datetime
    last_used_at: datetime = Field(description="Exact to half a minute.")
    expires_at: datetime
    address: str = Field(examples=["10.43.4.17"])
    user_agent: str = Field(examples=["Mozilla/5.0 (X11; Linux x86_64) Chromium/156"])
