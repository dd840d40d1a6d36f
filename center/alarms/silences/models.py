"""Silences; `queries/silenced.sql` says what falls under one."""

from datetime import datetime

import sqlalchemy as sa
from geoalchemy2 import Geometry, WKBElement
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class Silence(Base):
    """For a time no alarm is raised of a device, a division or an area.

    `divisions` are prefixes: it silences nothing outside them. An ended one keeps its row.
    """

    __tablename__ = "silences"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    device: Mapped[int | None]
    device_id: Mapped[str | None]
    division: Mapped[str | None]
    area: Mapped[WKBElement | None] = mapped_column(
        Geometry("POLYGON", srid=4326, spatial_index=False), deferred=True
    )
    divisions: Mapped[list[str]]
    reason: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    created_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    __mapper_args__ = {"version_id_col": version}
