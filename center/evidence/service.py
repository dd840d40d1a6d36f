"""Keeping, finding and missing evidence."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.clock import now
from center.database import sql
from center.errors import NotFound
from center.evidence import quota
from center.evidence.models import Evidence
from center.evidence.pending import EvidenceOverdue
from center.evidence.receiving import Receiver
from center.evidence.store import Store
from center.identity.caller import Caller
from center.outbox import emit
from center.plates import check_sight

SLICE = 1000


@dataclass(frozen=True, slots=True)
class Uploader:
    """Who sends: a device (by its number) or a user."""

    name: str  # `device:EP-0001` or `user:operator`
    device: int | None
    division_code: str | None
    caller: Caller | None = None  # of a user: the act is audited
    personal: bool = False  # number plates can be read on what it sends


def keep(
    session: Session, store: Store, received: Receiver, uploader: Uploader
) -> tuple[Evidence, bool]:
    """Keeps approved content; the row, and whether it is new. The same again changes nothing.

    The content goes first: a row never promises what is not there, and content without a row is
    completed by the next attempt.
    """
    digest = bytes.fromhex(received.sha256)
    # Locked: what is being removed for its age is gone when the lock is free.
    known = session.get(Evidence, digest, with_for_update=True)
    if known is not None and known.state == "stored":
        known.last_named_at = now()
        return known, False
    store.put(received.sha256, received.file)
    session.execute(_stored(digest, received, uploader))
    if uploader.device is not None:
        quota.count(session, uploader.device, received.size)
    if uploader.caller is not None:
        audit(session, uploader.caller, "evidence.keep", "evidence", received.sha256)
    return session.get_one(Evidence, digest, populate_existing=True), True


def _stored(digest: bytes, received: Receiver, uploader: Uploader) -> sa.Insert:
    moment = now()
    arrival = {
        "state": "stored",
        "size": received.size,
        "content_type": received.content_type,
        "uploaded_by": uploader.name,
        "stored_at": moment,
        "missing_since": None,
        "refused": None,
        "refused_at": None,
    }
    row = insert(Evidence).values(
        sha256=digest,
        device=uploader.device,
        division_code=uploader.division_code,
        first_seen=moment,
        personal=uploader.personal,
        **arrival,
    )
    return row.on_conflict_do_update(
        index_elements=["sha256"], set_=arrival, where=Evidence.state != "stored"
    )


def find(session: Session, caller: Caller, sha256: str, *, small: bool = False) -> Evidence:
    """A piece of evidence that is kept and lies in the caller's divisions. `small`: it is shown as
    a thumbnail, one of many in a list whose records are audited already.

    Raises:
        NotFound: there is none, or it is elsewhere.
        PlatesWithheld: number plates can be read on it, and the caller may not.
    """
    row = session.get(Evidence, bytes.fromhex(sha256))
    if row is None or row.state != "stored" or not caller.sees(row.division_code):
        raise NotFound
    if row.personal:
        check_sight(caller, "thumbnails" if small else "evidence", sha256, each=not small)
    return row


def note_refusal(session: Session, sha256: str, device: int, code: str) -> None:
    """Notes at a picture that the device has named, and that is not here, why its upload was
    refused: who waits for it learns more than that it is missing."""
    session.execute(
        sa.update(Evidence)
        .where(
            Evidence.sha256 == bytes.fromhex(sha256),
            Evidence.device == device,
            Evidence.state != "stored",
        )
        .values(refused=code, refused_at=now())
    )


def sweep(session: Session, grace: timedelta) -> int:
    """Marks one slice of named but overdue pictures as missing, and tells of each; how many."""
    rows = session.connection().exec_driver_sql(
        sql("center.evidence", "sweep"), {"grace": grace, "limit": SLICE}
    )
    overdue = [
        EvidenceOverdue(
            sha256=row.sha256,
            device=row.device,
            division_code=row.division_code,
            first_named=row.first_seen,
        )
        for row in rows
    ]
    emit(session, *overdue)
    return len(overdue)
