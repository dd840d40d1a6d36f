"""Commands (下行指令) to devices."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base
from ingest.commands.lifecycle import State


class Command(Base):
    """One request to one device; `lifecycle` says which state follows which."""

    __tablename__ = "commands"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device: Mapped[int] = mapped_column(sa.ForeignKey("devices.id"))
    name: Mapped[str]
    args: Mapped[dict[str, Any]]
    state: Mapped[State] = mapped_column(sa.Text)
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    deadline: Mapped[datetime]
    handed_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    attempts: Mapped[int]
    detail: Mapped[str | None]
