"""The table of quantities: the one place where a unit or a plausible range is written."""

from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base
from ingest.devices.revision import Stamped


class Quantity(Stamped, Base):
    """What a value of this key means; a bound that is None is open, both are inclusive."""

    __tablename__ = "quantities"

    key: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    plausible_min: Mapped[float | None]
    plausible_max: Mapped[float | None]
    decimals: Mapped[int]
