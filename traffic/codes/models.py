"""Rows of the list of violation codes."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class ViolationCode(Base):
    """What a code means from one day on; the list was renumbered on 2022-04-01."""

    __tablename__ = "violation_codes"

    code: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name_zh: Mapped[str]
    name_en: Mapped[str]
