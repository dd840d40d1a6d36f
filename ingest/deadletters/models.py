"""Dead letters (死信) as the API sees them; the writer and the warden write them in SQL."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base

State = Literal["open", "replayed", "discarded"]


class DeadLetter(Base):
    """A message, or one reading of it, that could not become a fact.

    `whole` is false for single readings of a message that was stored. `size` counts all bytes
    that came, of which `payload` keeps the first 256 KiB.
    """

    __tablename__ = "dead_letters"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    first_received_at: Mapped[datetime]
    last_received_at: Mapped[datetime]
    repeats: Mapped[int] = mapped_column(sa.BigInteger)
    topic: Mapped[str]
    content_type: Mapped[str]
    device_id: Mapped[str | None]
    division_code: Mapped[str | None]
    stream: Mapped[str | None]
    boot: Mapped[int | None] = mapped_column(sa.BigInteger)
    seq: Mapped[int | None] = mapped_column(sa.BigInteger)
    reason: Mapped[str]
    detail: Mapped[str]
    whole: Mapped[bool]
    payload: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[State] = mapped_column(sa.Text)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closed_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    replay: Mapped[int | None] = mapped_column(sa.BigInteger)
    replay_requested_at: Mapped[datetime | None]
    replay_attempted_at: Mapped[datetime | None]
    batch: Mapped[int | None] = mapped_column(sa.BigInteger)

    __mapper_args__ = {"version_id_col": version}


class Replay(Base):
    """One request to replay dead letters; what became of it is told by the letters."""

    __tablename__ = "dead_letter_replays"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    requested_by: Mapped[str]
    requested_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    filter: Mapped[dict[str, Any]]
    requested: Mapped[int]
