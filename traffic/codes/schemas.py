"""Violation codes as the API shows them."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class ViolationCodeRead(BaseModel):
    """A code and its meaning in a span of days."""

    model_config = ConfigDict(from_attributes=True)

    code: Annotated[str, Field(examples=["1625"])]
    name_zh: Annotated[str, Field(examples=["违反交通信号灯（闯红灯）"])]
    name_en: Annotated[str, Field(examples=["Red light"])]
    valid_from: Annotated[date, Field(examples=["2022-04-01"])]
    valid_to: Annotated[
        date | None, Field(description="Not on this day any more.", examples=["2030-01-01"])
    ]
