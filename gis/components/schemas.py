"""Components as the API shows them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from gis.schemas import DivisionCode, PointRead, Source

State = Literal["intact", "damaged", "lost", "disused", "removed"]
ComponentCode = Annotated[
    str,
    Field(
        description="Component identifier (部件标识码): district, class, sub-class, number.",
        examples=["4304080118000017"],
    ),
]


class Responsible(BaseModel):
    """Who answers for a component: code and name."""

    code: Annotated[str, Field(examples=["B03"])]
    name: Annotated[str, Field(examples=["市路灯管理处"])]


class ComponentRead(BaseModel):
    """A component with all that the standard asks to be kept of it."""

    code: ComponentCode
    class_code: Annotated[
        str, Field(description="Class and sub-class of the dictionary.", examples=["0118"])
    ]
    name_zh: Annotated[str, Field(examples=["路灯"])]
    division_code: DivisionCode
    grid_code: Annotated[str | None, Field(examples=["43040800100104"])]
    authority: Annotated[Responsible, Field(description="主管部门")]
    owner: Annotated[Responsible, Field(description="权属单位")]
    maintainer: Annotated[Responsible, Field(description="养护单位")]
    state: State
    place: PointRead
    place_description: Annotated[str, Field(examples=["碧江大道东侧，竹林社区"])]
    started_on: Annotated[date, Field(examples=["2016-05-04"])]
    changed_on: Annotated[date, Field(examples=["2021-08-19"])]
    source: Source
    note: Annotated[str, Field(examples=["2021年更换光源"])]
