"""Layers as the API shows them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gis.layers.registry import Geometry

Zoom = Annotated[int, Field(ge=0, le=24, description="Zoom of a map of 512-pixel tiles.")]


class LegendItemRead(BaseModel):
    """One line of a legend."""

    model_config = ConfigDict(from_attributes=True)

    key: Annotated[
        str,
        Field(
            description="Value of `class` or `kind`, or the name of a count in a cluster.",
            examples=["sensor"],
        ),
    ]
    name_zh: Annotated[str, Field(examples=["传感器"])]
    name_en: Annotated[str, Field(examples=["Sensor"])]
    color: Annotated[str, Field(examples=["#2f8f9d"])]


class LayerRead(BaseModel):
    """A layer that you may see."""

    key: Annotated[str, Field(description="Name of the layer in the tile.", examples=["devices"])]
    name_zh: Annotated[str, Field(examples=["感知设备"])]
    name_en: Annotated[str, Field(examples=["Devices"])]
    geometry: Geometry
    min_zoom: Zoom
    max_zoom: Zoom
    tiles: Annotated[
        str,
        Field(
            description="Template of the address of its tiles.",
            examples=["/api/v1/gis/tiles/devices/{z}/{x}/{y}"],
        ),
    ]
    legend: list[LegendItemRead]
    revision: Annotated[int, Field(description="Grows with every change of what it shows.")]


class LayerList(BaseModel):
    """All of them, the lowest first."""

    items: list[LayerRead]
