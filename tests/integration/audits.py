"""Looking at the audit trail in tests."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.repository import TABLE
from center.audit.verification import Finding, verify


def actions(session: Session, action: str) -> list[Any]:
    """The entries of one action, the oldest first."""
    statement = sa.select(*TABLE.c).where(TABLE.c.action == action).order_by(TABLE.c.seq)
    return list(session.execute(statement))


def findings(session: Session) -> list[Finding]:
    """What is wrong with the trail, anchors aside."""
    return verify(session, []).findings
