"""Reading the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from center.audit.schemas import AuditRead
from center.pages import Page, PageParameters, paginate

TABLE = sa.table(
    "audit_log",
    sa.column("seq", sa.BigInteger),
    sa.column("time", sa.DateTime(timezone=True)),
    sa.column("actor_id", sa.BigInteger),
    sa.column("actor", sa.Text),
    sa.column("roles", ARRAY(sa.Text)),
    sa.column("action", sa.Text),
    sa.column("object_type", sa.Text),
    sa.column("object_id", sa.Text),
    sa.column("result", sa.Text),
    sa.column("address", sa.Text),
    sa.column("request_id", sa.Text),
    sa.column("detail", JSONB),
    sa.column("hash", sa.LargeBinary),
)


@dataclass(frozen=True)
class AuditFilter:
    """What a list of entries is narrowed by; None does not narrow."""

    actor: str | None = None
    action: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    result: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """SQL conditions; an action ending in `.` means all of that noun."""
        c = TABLE.c
        equal = ("actor", "object_type", "object_id", "result")
        found = [c[name] == value for name in equal if (value := getattr(self, name)) is not None]
        if self.action is not None:
            whole = not self.action.endswith(".")
            found.append(c.action == self.action if whole else c.action.startswith(self.action))
        if self.start is not None:
            found.append(c.time >= self.start)
        if self.end is not None:
            found.append(c.time < self.end)
        return found


def page(session: Session, query: PageParameters, narrow: AuditFilter) -> Page[AuditRead]:
    """Entries, the newest first."""
    statement = sa.select(*TABLE.c).where(*narrow.conditions())
    return paginate(session, statement, (TABLE.c.seq,), query, _read, descending=True)


def _read(*values: Any) -> AuditRead:
    row = dict(zip(TABLE.c.keys(), values, strict=True))
    return AuditRead.model_validate(row | {"hash": row["hash"].hex()})
