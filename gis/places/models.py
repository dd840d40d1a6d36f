"""Places people name."""

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class Place(Base):
    """A landmark, or one of the many places that are looked for by name."""

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    address: Mapped[str]
    division_code: Mapped[str | None]
    place: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    source: Mapped[str]
