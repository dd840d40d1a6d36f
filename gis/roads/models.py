"""Roads and waters of the base map."""

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class Road(Base):
    """A stretch of road; `class` is expressway, main, secondary or branch."""

    __tablename__ = "roads"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str] = mapped_column("class")
    division_code: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("LINESTRING", srid=4326, spatial_index=False), deferred=True
    )
    source: Mapped[str]


class Water(Base):
    """A river, lake or pond; only from an imported map."""

    __tablename__ = "waters"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str] = mapped_column("class")
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), deferred=True
    )
    source: Mapped[str]
