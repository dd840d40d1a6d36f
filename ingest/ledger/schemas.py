"""Gaps as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

State = Literal["open", "healed", "lost"]


class Gap(BaseModel):
    """Numbers of one start of a device that did not come while later ones did.

    `open`: the device is asked to send them again. `healed`: all have come. `lost`: given up;
    should they come after all, it is healed.
    """

    id: int
    device_id: Annotated[str, Field(examples=["WL-0001"])]
    boot: int
    first_seq: int
    last_seq: int
    missing: Annotated[int, Field(description="How many of them are still missing.")]
    state: State
    opened_at: datetime
    closed_at: Annotated[datetime | None, Field(description="When it was healed or lost.")]
    attempts: Annotated[int, Field(description="How often the device was asked.")]
