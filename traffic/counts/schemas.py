"""Counts as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Width(StrEnum):
    """How wide a bucket is."""

    MINUTE = "1m"
    FIVE_MINUTES = "5m"
    QUARTER = "15m"


class CountPoint(BaseModel):
    """Vehicles that passed a lane in one bucket."""

    time: Annotated[datetime, Field(description="Begin of the bucket.")]
    lane: int
    count: int
    classes: Annotated[
        dict[str, int], Field(description="Vehicles by class.", examples=[{"car": 20, "bus": 1}])
    ]
    mean_speed_mps: Annotated[
        float | None, Field(description="Of those with a speed; null: none had one.")
    ]
    unreadable: Annotated[int, Field(description="Vehicles whose plate could not be read.")]
    unreadable_share: Annotated[float, Field(ge=0, le=1)]


class Counts(BaseModel):
    """Counts of a site by lane over a window. A bucket without a vehicle has no point."""

    device_id: Annotated[str, Field(examples=["EP-0001"])]
    bucket: Width
    timezone: Literal["Asia/Shanghai"] = "Asia/Shanghai"
    start: Annotated[datetime, Field(description="Begin of the first bucket.")]
    end: Annotated[datetime, Field(description="End of the last bucket.")]
    points: list[CountPoint]


class TrafficSummary(BaseModel):
    """Passes in your divisions, or of one site."""

    last_hour: Annotated[int, Field(description="Since `since`, about 60 minutes ago.")]
    since: Annotated[datetime, Field(description="Begin of the last hour, a whole minute.")]
    today: Annotated[int, Field(description="Since midnight in Hengyang.")]
    sites: Annotated[int, Field(description="Sites these are from.")]
    as_of: datetime
