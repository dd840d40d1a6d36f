"""The dictionary as the API shows it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["component", "event"]


class EntryRead(BaseModel):
    """A class, or a sub-class where it has a sub-class code."""

    model_config = ConfigDict(from_attributes=True)

    standard: Annotated[str, Field(examples=["CJ/T 214"])]
    version: Annotated[str, Field(examples=["2007"])]
    kind: Kind
    class_code: Annotated[str, Field(examples=["01"])]
    subclass_code: Annotated[str, Field(description="Empty: the class itself.", examples=["18"])]
    name_zh: Annotated[str, Field(examples=["路灯"])]
    name_en: Annotated[str, Field(examples=["Street light"])]
    valid_from: Annotated[date, Field(examples=["2007-10-01"])]
    valid_to: Annotated[date | None, Field(examples=["2030-01-01"])]
