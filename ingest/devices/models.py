"""Devices (设备) and their models (型号)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from geoalchemy2 import Geometry, WKBElement, WKTElement
from sqlalchemy.orm import Mapped, mapped_column, relationship

from center.database import Base
from ingest.devices.revision import Stamped


class DeviceModel(Stamped, Base):
    """A type of device. The database refuses any change of `quantities` but appending."""

    __tablename__ = "device_models"

    id: Mapped[int] = mapped_column(sa.Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    manufacturer: Mapped[str]
    description: Mapped[str]
    quantities: Mapped[list[str]]


class Device(Stamped, Base):
    """One device. `id` is its number in all facts; `device_id` its name on the wire.

    Never deleted: a retired device keeps its row, because facts without it mean nothing.
    """

    __tablename__ = "devices"
    __table_args__ = (
        sa.ForeignKeyConstraint(["model", "kind"], ["device_models.id", "device_models.kind"]),
    )

    id: Mapped[int] = mapped_column(sa.Identity(always=True), primary_key=True)
    device_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    model: Mapped[int]
    name: Mapped[str]
    owner: Mapped[str]
    division_code: Mapped[str]
    place: Mapped[WKBElement | WKTElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    component_code: Mapped[str | None]
    camera_number: Mapped[str | None]
    expected_interval_seconds: Mapped[int | None]
    calibration: Mapped[dict[str, Any]]
    maintenance_since: Mapped[datetime | None]
    maintenance_until: Mapped[datetime | None]
    maintenance_reason: Mapped[str | None]
    credential_hash: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    credential_rotated_at: Mapped[datetime | None]
    enabled: Mapped[bool] = mapped_column(server_default=sa.true())
    retired_at: Mapped[datetime | None]
    retired_reason: Mapped[str | None]
    search: Mapped[str] = mapped_column(
        sa.Text, sa.FetchedValue(), deferred=True, deferred_raiseload=True
    )

    of_model: Mapped[DeviceModel] = relationship(lazy="raise", viewonly=True)
