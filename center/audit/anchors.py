"""Anchors: the head of the chain written down outside the database, so that a cut tail shows."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.settings import AuditSettings
from center.clock import now
from center.database import transaction
from center.settings import settings

EVERY = timedelta(days=1)

_HEAD = sa.text("""
    SELECT seq, encode(hash, 'hex') AS hash, (SELECT count(*) FROM audit_log) AS total
    FROM audit_log ORDER BY seq DESC LIMIT 1""")


@dataclass(frozen=True)
class Anchor:
    """The newest entry at a moment: its number, its hash in hex, and how many there were."""

    time: str
    seq: int
    hash: str
    count: int


def anchor(session: Session) -> Anchor | None:
    """Writes the head down unless it is the one written last; gives the newest anchor."""
    path = settings(AuditSettings).anchors
    known = read(path)
    last = known[-1] if known else None
    head = session.execute(_HEAD).one_or_none()
    if head is None or (last is not None and last.seq == head.seq):
        return last
    made = Anchor(now().isoformat(timespec="seconds"), head.seq, head.hash, head.total)
    _append(path, made)
    return made


def anchor_now() -> None:
    """The same in a transaction of its own: daily by the worker, and when an API process ends."""
    with transaction() as session:
        anchor(session)


def read(path: Path) -> list[Anchor]:
    """All anchors, the oldest first; none where the file is not there.

    Raises:
        ValueError: a line is not an anchor. Somebody has been at the file.
    """
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines()
    try:
        return [Anchor(**json.loads(line)) for line in lines if line.strip()]
    except TypeError as error:
        raise ValueError(f"{path} holds a line that is no anchor") from error


def _append(path: Path, made: Anchor) -> None:
    """In one write, so that two processes at once never mix their lines."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = json.dumps(asdict(made)).encode() + b"\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
