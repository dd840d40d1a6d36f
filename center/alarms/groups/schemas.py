"""Groups as the API shows them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from center.alarms.signals import Severity, Source


class AlarmGroupRead(BaseModel):
    """The alarms of one storm, as far as they lie in your divisions."""

    id: int
    source: Source
    kind: Annotated[str, Field(examples=["water_level_high"])]
    title_zh: Annotated[
        str, Field(description="Of its first alarm.", examples=["蒸水河西渡桥水位超过警戒水位"])
    ]
    title_en: Annotated[str, Field(examples=["Water level at Xidu bridge above warning level"])]
    severity: Annotated[
        Severity | None, Field(description="The worst of what is open; null: all is closed.")
    ]
    count: Annotated[int, Field(description="Alarms it has had.")]
    open: Annotated[int, Field(description="Of these not closed.")]
    unacknowledged: int
    first_time: Annotated[datetime, Field(description="Time of the first fact.")]
    last_time: datetime
    opened_at: datetime
