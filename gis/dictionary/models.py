"""Rows of the dictionary."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class Entry(Base):
    """A class or, with a sub-class code, a sub-class; in one version of one standard."""

    __tablename__ = "dictionary"

    standard: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    class_code: Mapped[str] = mapped_column(primary_key=True)
    subclass_code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
