"""Silences as the API shows and takes them."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from center.geojson import Polygon
from center.requests import Body

SilenceReason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=2, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
    Field(examples=["河道清淤施工"]),
]
DivisionPrefix = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4,12}$"),
    Field(description="Division code (区划代码) with all below it.", examples=["430408001"]),
]


class SilenceRead(BaseModel):
    """A silence, and how much it has kept quiet."""

    id: int
    version: Annotated[int, Field(description="Counts its changes; the ETag.")]
    device_id: Annotated[str | None, Field(examples=["WL-0001"])]
    division: Annotated[str | None, Field(examples=["430408001"])]
    area: Polygon | None
    divisions: Annotated[
        list[str],
        Field(description="It silences nothing outside these.", examples=[["430408"]]),
    ]
    reason: SilenceReason
    since: datetime
    until: datetime
    active: bool
    created_by: Annotated[str, Field(examples=["wang.wei"])]
    ended_at: Annotated[datetime | None, Field(description="When somebody ended it early.")]
    ended_by: Annotated[str | None, Field(examples=["wang.wei"])]
    suppressed: Annotated[int, Field(description="Facts of troubles that it has kept quiet.")]


class SilenceCreate(Body):
    """What to silence: one of device, division and area; until when, and why."""

    device_id: Annotated[
        str | None, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", examples=["WL-0001"])
    ] = None
    division: DivisionPrefix | None = None
    area: Polygon | None = None
    reason: SilenceReason
    until: AwareDatetime

    @model_validator(mode="after")
    def _one_target(self) -> "SilenceCreate":
        if sum(target is not None for target in (self.device_id, self.division, self.area)) != 1:
            raise ValueError("name one of `device_id`, `division` and `area`")
        return self


class SilenceChange(Body):
    """What of a silence may change; fields not sent stay as they are."""

    reason: SilenceReason | None = None
    until: AwareDatetime | None = None
