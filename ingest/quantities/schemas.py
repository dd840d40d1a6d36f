"""Quantities as the API shows and takes them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from center.requests import Body

Key = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$"),
    Field(description="Name in messages, never changed.", examples=["water_level"]),
]
Label = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
    Field(examples=["水位"]),
]
Bound = Annotated[
    float | None,
    Field(description="Values beyond are bad readings; null: no bound.", examples=[60.0]),
]
Decimals = Annotated[int, Field(ge=0, le=6, description="Digits worth showing after the point.")]


class QuantityRead(BaseModel):
    """A quantity: what a number in a reading means."""

    model_config = ConfigDict(from_attributes=True)

    key: Key
    unit: Annotated[str, Field(description="UCUM code.", examples=["m"])]
    name_zh: Annotated[str, Field(examples=["水位"])]
    name_en: Annotated[str, Field(examples=["Water level"])]
    plausible_min: Bound
    plausible_max: Bound
    decimals: int
    version: Annotated[int, Field(description="Counts its changes; the ETag.", examples=[3])]


class QuantityCreate(Body):
    """A quantity of the city's own. Key and unit can never be changed: stored values have them."""

    key: Key
    unit: Annotated[
        str,
        StringConstraints(min_length=1, max_length=32, pattern=r"^[\x21-\x7e]+$"),
        Field(description="UCUM code.", examples=["m3/h"]),
    ]
    name_zh: Label
    name_en: Label
    plausible_min: Bound = None
    plausible_max: Bound = None
    decimals: Decimals = 2


class QuantityChange(Body):
    """What of a quantity may change; fields not sent stay as they are."""

    name_zh: Label | None = None
    name_en: Label | None = None
    plausible_min: Bound = None
    plausible_max: Bound = None
    decimals: Decimals | None = None
