"""Device models as the API shows and takes them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from center.requests import Body
from ingest.devices.schemas import Kind, Line, Version
from ingest.quantities.schemas import Key

ModelName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
    Field(description="Name of the model, never changed.", examples=["generic-water-level"]),
]
Quantities = Annotated[
    list[Key],
    Field(max_length=64, description="What it measures, in the order in which values are stored."),
]


class ModelRead(BaseModel):
    """A model of device (型号)."""

    model_config = ConfigDict(from_attributes=True)

    name: ModelName
    kind: Kind
    manufacturer: Annotated[str, Field(examples=["湘江仪表"])]
    description: Annotated[str, Field(examples=["雷达水位计"])]
    quantities: Annotated[list[str], Field(examples=[["water_level", "battery_voltage"]])]
    version: Version


class ModelCreate(Body):
    """A model of the city's own."""

    name: ModelName
    kind: Kind
    manufacturer: Line = ""
    description: Line = ""
    quantities: Quantities = []


class ModelChange(Body):
    """What of a model may change; fields not sent stay. `append` goes to the end of its list."""

    manufacturer: Line | None = None
    description: Line | None = None
    append: Quantities = []
