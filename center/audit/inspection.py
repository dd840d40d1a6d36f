"""An inspection: the trail verified and, where untouched, anchored; the look itself is audited."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from center.audit.anchors import anchor, read
from center.audit.service import audit
from center.audit.settings import AuditSettings
from center.audit.verification import Verifier, verify
from center.identity.caller import Caller
from center.settings import settings


def inspect(
    session: Session, caller: Caller, progress: Callable[[int], None] = lambda _: None
) -> tuple[Verifier, int]:
    """What verification has found, and how many anchors it was compared with."""
    anchors = read(settings(AuditSettings).anchors)
    found = verify(session, anchors, progress)
    if not found.findings:
        anchor(session)
    audit(session, caller, "audit.verify", result="failed" if found.findings else "ok")
    return found, len(anchors.items)
