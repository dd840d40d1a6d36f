"""Sites as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from center.requests import Body
from ingest.devices.place import Point
from ingest.devices.schemas import Name

Compass = Literal["n", "ne", "e", "se", "s", "sw", "w", "nw"]
Direction = Annotated[
    Compass, Field(description="Where the vehicles it watches are going, as a compass point.")
]
Approach = Annotated[
    Compass,
    Field(
        description="The approach (进口) on which a lane lies, by where vehicles come from: `n` is"
        " 北进口."
    ),
]
Movement = Literal["left", "through", "right", "u_turn"]
Use = Annotated[
    Literal["all", "bus", "bicycle", "emergency"],
    Field(description="Who may drive in it; `all`: any motor vehicle."),
]
Number = Annotated[int, Field(ge=1, le=32, description="Counted from the middle of the road.")]


class LaneOf(Body):
    """One lane as registered."""

    lane: Number
    movements: Annotated[list[Movement], Field(max_length=4, examples=[["through", "right"]])] = []
    use: Use = "all"
    approach: Approach | None = None


def _each_once(lanes: list[LaneOf]) -> list[LaneOf]:
    if len({lane.lane for lane in lanes}) < len(lanes):
        raise ValueError("each lane may stand in the list once")
    return sorted(lanes, key=lambda lane: lane.lane)


class SiteChange(Body):
    """All that is registered of a site, in place of what was."""

    crossing: Annotated[Name, Field(examples=["解放大道与船山大道路口"])]
    direction: Annotated[
        Direction | None,
        Field(description="Null: it watches several, and each lane says its approach."),
    ]
    lanes: Annotated[list[LaneOf], Field(min_length=1, max_length=32), AfterValidator(_each_once)]

    @model_validator(mode="after")
    def _has_direction(self) -> Self:
        if self.direction is None and any(lane.approach is None for lane in self.lanes):
            raise ValueError("a site without a direction needs the approach of each lane")
        return self


class LaneRead(BaseModel):
    """A lane: registered, seen in passes, or both."""

    lane: int
    registered: bool
    movements: Annotated[list[Movement], Field(examples=[["through"]])]
    use: Use
    approach: Approach | None
    approach_lane: Annotated[
        int | None,
        Field(description="Its number on the approach, from the middle of the road; null: none."),
    ]
    last_seen: Annotated[
        datetime | None,
        Field(description="When a vehicle last passed in it, exact to the hour; null: never."),
    ]


class SiteRead(BaseModel):
    """An e-police device with what it watches."""

    device_id: Annotated[str, Field(examples=["EP-0001"])]
    name: Annotated[str, Field(examples=["解放大道南北向电子警察"])]
    division: Annotated[str, Field(examples=["430408"])]
    place: Point | None
    registered: Annotated[
        bool, Field(description="False: nobody has said yet what it watches; lanes are those seen.")
    ]
    crossing: Annotated[str | None, Field(examples=["解放大道与船山大道路口"])]
    direction: Annotated[
        Direction | None, Field(description="Null: unknown, or each lane has its approach.")
    ]
    lanes: list[LaneRead]
    version: Annotated[int, Field(description="Counts its changes; the ETag. 0: none.")]
    changed_at: datetime | None
    changed_by: Annotated[str | None, Field(examples=["sysadmin"])]
