"""Looking at the audit trail in tests."""

from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.anchors import Anchors
from center.audit.repository import TABLE
from center.audit.service import audit
from center.audit.verification import Finding, verify
from center.database import transaction
from center.identity.caller import system

TEST = system("test")


def write(count: int) -> None:
    """So many entries, each committed by itself."""
    for number in range(count):
        with transaction() as session:
            audit(session, TEST, "test.write", "thing", number)


def forge(owner: psycopg.Connection, statement: str) -> None:
    """What only a superuser with bad intent can do."""
    owner.execute("ALTER TABLE audit_log DISABLE TRIGGER append_only")
    owner.execute(statement)


def actions(session: Session, action: str) -> list[Any]:
    """The entries of one action, the oldest first."""
    statement = sa.select(*TABLE.c).where(TABLE.c.action == action).order_by(TABLE.c.seq)
    return list(session.execute(statement))


def findings(session: Session) -> list[Finding]:
    """What is wrong with the trail, anchors aside."""
    return verify(session, Anchors()).findings
