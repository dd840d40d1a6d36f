"""The row of one piece of evidence, here or only named."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from center.database import Base


class Evidence(Base):
    """`state`: pending (named by a message), stored, missing (named, and never came in time).

    `device` is the number of the device that named or sent it first; on what is `personal` number
    plates can be read; `refused` is why the last upload of one that is not here was refused.
    """

    __tablename__ = "evidence"

    sha256: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True)
    state: Mapped[str]
    device: Mapped[int | None]
    division_code: Mapped[str | None]
    first_seen: Mapped[datetime]
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    content_type: Mapped[str | None]
    uploaded_by: Mapped[str | None]
    stored_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    last_named_at: Mapped[datetime | None]
    personal: Mapped[bool]
    refused: Mapped[str | None]
    refused_at: Mapped[datetime | None]
