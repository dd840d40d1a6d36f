"""What is registered of a site, and the lanes that its facts have shown."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class Site(Base):
    """One row per e-police device of which somebody has said what it watches."""

    __tablename__ = "traffic_sites"

    device: Mapped[int] = mapped_column(sa.ForeignKey("devices.id"), primary_key=True)
    crossing: Mapped[str]
    direction: Mapped[str | None]
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class Lane(Base):
    """A lane of a site as registered; numbers count from the middle of the road."""

    __tablename__ = "traffic_lanes"

    device: Mapped[int] = mapped_column(sa.ForeignKey("traffic_sites.device"), primary_key=True)
    lane: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    movements: Mapped[list[str]]
    use: Mapped[str]
    approach: Mapped[str | None]  # compass point that vehicles come from
