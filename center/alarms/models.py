"""Alarms, their time line and their groups; `record` writes them in SQL."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from geoalchemy2 import Geometry, WKBElement
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from center.alarms.lifecycle import State
from center.alarms.signals import Severity, Source
from center.database import Base


class AlarmGroup(Base):
    """The alarms of one storm: equal storm keys, facts within a window of each other."""

    __tablename__ = "alarm_groups"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    storm: Mapped[str]
    current: Mapped[bool]
    source: Mapped[str]
    kind: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    count: Mapped[int]
    first_time: Mapped[datetime]
    last_time: Mapped[datetime]
    opened_at: Mapped[datetime]


class Alarm(Base):
    """One lasting trouble. Device and rule are copied: the alarm tells what was true then."""

    __tablename__ = "alarms"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    version: Mapped[int]
    key: Mapped[str]
    state: Mapped[State] = mapped_column(sa.Text)
    severity: Mapped[Severity] = mapped_column(sa.Text)
    level: Mapped[int] = mapped_column(sa.SmallInteger)
    source: Mapped[Source] = mapped_column(sa.Text)
    kind: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    device: Mapped[int | None]
    device_id: Mapped[str | None]
    device_name: Mapped[str | None]
    division_code: Mapped[str]
    place: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    fact_time: Mapped[datetime]
    raised_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    waits_since: Mapped[datetime]
    told_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    cleared_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    shelved_until: Mapped[datetime | None]
    measured: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    evidence: Mapped[list[bytes]] = mapped_column(ARRAY(sa.LargeBinary))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("alarm_groups.id"))
    repeats: Mapped[int]
    rule_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    rule_version: Mapped[int | None]
    rule_name: Mapped[str | None]
    search: Mapped[str] = mapped_column(sa.Text, sa.FetchedValue(), deferred=True)


class AlarmAct(Base):
    """One line of an alarm's history; never changed."""

    __tablename__ = "alarm_acts"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    alarm: Mapped[int] = mapped_column(sa.ForeignKey("alarms.id"))
    time: Mapped[datetime]
    act: Mapped[str]
    state: Mapped[State] = mapped_column(sa.Text)
    actor_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    actor: Mapped[str]
    note: Mapped[str]
    detail: Mapped[dict[str, Any]]
