"""A trail that came back from a backup: the restore is an entry of it, and an anchor says so."""

from pathlib import Path

import sqlalchemy as sa

from center.audit.anchors import RESTORED, Anchor, append, in_force, made_of, read, set_aside
from center.audit.service import audit
from center.audit.settings import AuditSettings
from center.audit.verification import RESTORE
from center.database import transaction
from center.identity.caller import Caller
from center.settings import settings

_KNOWN = sa.text("SELECT seq, encode(hash, 'hex') AS hash FROM audit_log WHERE seq = ANY(:numbers)")
_ENTRY = sa.text("""
    SELECT seq, encode(hash, 'hex') AS hash, (SELECT count(*) FROM audit_log) AS total
    FROM audit_log WHERE action = :action ORDER BY seq DESC LIMIT 1""")


def note_restore(caller: Caller, backup: str) -> Path | None:
    """Audits the restore and anchors it.

    Where older anchors know another trail than the one that came back (that of another city, or
    of a time before a reset), their file is set aside; its new name is returned then.
    """
    path = settings(AuditSettings).anchors
    known = in_force(read(path).items)
    aside = None if _fits(known) else set_aside(path)
    lost = max(known, default=0)
    with transaction() as session:
        audit(session, caller, RESTORE, "backup", backup, newest_anchored=lost)
    with transaction() as session:
        append(path, made_of(session.execute(_ENTRY, {"action": RESTORE}).one(), RESTORED))
    return aside


def _fits(known: dict[int, Anchor]) -> bool:
    """Whether every entry that came back and was anchored is the one that was anchored."""
    with transaction() as session:
        rows = session.execute(_KNOWN, {"numbers": list(known)}).all()
    return all(known[row.seq].hash == row.hash for row in rows)
