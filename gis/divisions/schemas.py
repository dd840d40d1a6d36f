"""Divisions as the API shows them."""

from typing import Annotated

from pydantic import BaseModel, Field

from gis.schemas import (
    Bbox,
    DivisionCode,
    MultiPolygonRead,
    Named,
    NameEn,
    NameZh,
    PointRead,
    Source,
)


class DivisionRead(BaseModel):
    """A division in a list."""

    code: DivisionCode
    level: Annotated[
        int,
        Field(ge=1, le=4, description="1 city, 2 district, 3 street, 4 community.", examples=[2]),
    ]
    parent: Annotated[str | None, Field(examples=["4304"])]
    name_zh: NameZh
    name_en: NameEn
    pinyin: Annotated[str, Field(examples=["zhuhuiqu"])]
    initials: Annotated[str, Field(examples=["zhq"])]
    label: PointRead
    bbox: Bbox
    source: Source


class DivisionDetail(DivisionRead):
    """A division with its outline, and the part of it that is built up."""

    geometry: MultiPolygonRead
    built_up: MultiPolygonRead | None


class GridName(BaseModel):
    """A unit grid (单元网格): its code is its name."""

    code: Annotated[str, Field(examples=["43040500100101"])]
    name_zh: Annotated[str, Field(examples=["单元网格43040500100101"])]
    name_en: Annotated[str, Field(examples=["Unit grid 43040500100101"])]


class Located(BaseModel):
    """In which divisions a place lies; null where there is none of that level."""

    district: Named | None
    street: Named | None
    community: Named | None
    grid: GridName | None

    @property
    def finest(self) -> str | None:
        """Code of the smallest division that is known, without the grid."""
        found = self.community or self.street or self.district
        return found.code if found else None
