"""Rules and every version they had."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class Rule(Base):
    """A rule as it holds now. Never deleted, because alarms name it; `deleted_at` ends it."""

    __tablename__ = "rules"

    id: Mapped[int] = mapped_column(sa.Identity(always=True), primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    enabled: Mapped[bool]
    source: Mapped[str]
    quantity: Mapped[str | None] = mapped_column(sa.ForeignKey("quantities.key"))
    division_code: Mapped[str]
    value: Mapped[dict[str, Any]]
    origin: Mapped[str | None]
    version: Mapped[int]
    judged_since: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    deleted_at: Mapped[datetime | None]
    search: Mapped[str] = mapped_column(
        sa.Text, sa.FetchedValue(), deferred=True, deferred_raiseload=True
    )


class RuleVersion(Base):
    """What a rule was from one change to the next."""

    __tablename__ = "rule_versions"

    rule: Mapped[int] = mapped_column(sa.ForeignKey("rules.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    enabled: Mapped[bool]
    value: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
