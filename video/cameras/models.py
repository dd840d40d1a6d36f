"""The row of a camera, one to one with its device."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class Camera(Base):
    """Where the streams are (passwords sealed), and how the camera looks at the street.

    `heading_deg` clockwise from north, `tilt_deg` below the horizon, `fov_deg` horizontal.
    """

    __tablename__ = "cameras"

    device: Mapped[int] = mapped_column(sa.ForeignKey("devices.id"), primary_key=True)
    main_address: Mapped[str | None]
    main_user: Mapped[str | None]
    main_password: Mapped[bytes | None]
    sub_address: Mapped[str | None]
    sub_user: Mapped[str | None]
    sub_password: Mapped[bytes | None]
    height_m: Mapped[float | None] = mapped_column(sa.REAL)
    heading_deg: Mapped[float | None] = mapped_column(sa.REAL)
    tilt_deg: Mapped[float | None] = mapped_column(sa.REAL)
    fov_deg: Mapped[float | None] = mapped_column(sa.REAL)
    range_m: Mapped[float | None] = mapped_column(sa.REAL)
    snapshot_seconds: Mapped[int | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]
