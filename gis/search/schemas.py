"""What a search gives."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from gis.schemas import Bbox, NameEn, NameZh, PointRead

Kind = Literal["division", "grid", "road", "place", "component", "device"]


class FoundItem(BaseModel):
    """One thing that was found."""

    kind: Kind
    ref: Annotated[
        str,
        Field(
            description="Code of a division, grid or component; device id; number of a road or"
            " place.",
            examples=["430405"],
        ),
    ]
    name_zh: NameZh
    name_en: NameEn
    division_code: Annotated[
        str, Field(description="Empty where it lies in none.", examples=["430405"])
    ]
    place: Annotated[PointRead | None, Field(description="Where to fly to.")]
    bbox: Bbox | None


class Found(BaseModel):
    """The best first: whole names, beginnings, parts of names."""

    items: list[FoundItem]
