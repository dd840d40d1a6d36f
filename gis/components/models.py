"""City components (部件) by GB/T 30428.2."""

from datetime import date

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class Component(Base):
    """One thing in the street; its code is district, class, sub-class and a number."""

    __tablename__ = "components"

    code: Mapped[str] = mapped_column(primary_key=True)
    class_code: Mapped[str]
    name_zh: Mapped[str]
    division_code: Mapped[str]
    grid_code: Mapped[str | None]
    authority_code: Mapped[str]
    authority: Mapped[str]
    owner_code: Mapped[str]
    owner: Mapped[str]
    maintainer_code: Mapped[str]
    maintainer: Mapped[str]
    state: Mapped[str]
    place: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    place_description: Mapped[str]
    started_on: Mapped[date]
    changed_on: Mapped[date]
    source: Mapped[str]
    note: Mapped[str]
