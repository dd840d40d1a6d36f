"""Divisions (区划) and unit grids (单元网格)."""

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base

CITY, DISTRICT, STREET, COMMUNITY = 1, 2, 3, 4
CODE_DIGITS = {CITY: 4, DISTRICT: 6, STREET: 9, COMMUNITY: 12}


class Division(Base):
    """One area of the administration; its code begins with its parent's."""

    __tablename__ = "divisions"

    code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int]
    parent: Mapped[str | None]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    pinyin: Mapped[str]
    initials: Mapped[str]
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), deferred=True
    )
    built_up: Mapped[WKBElement | None] = mapped_column(
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), deferred=True
    )
    label: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    source: Mapped[str]


class UnitGrid(Base):
    """The smallest area of city management, about 10,000 m2; no gap and no overlap."""

    __tablename__ = "unit_grids"

    code: Mapped[str] = mapped_column(primary_key=True)
    community: Mapped[str]
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("POLYGON", srid=4326, spatial_index=False), deferred=True
    )
    area_m2: Mapped[float]
