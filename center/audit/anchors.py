"""Anchors: the head of the chain written down outside the database, so that a cut tail shows."""

import fcntl
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.settings import AuditSettings
from center.clock import now
from center.database import transaction
from center.settings import settings

RESTORED: Literal["restored"] = "restored"

_HEAD = sa.text("""
    SELECT seq, encode(hash, 'hex') AS hash, (SELECT count(*) FROM audit_log) AS total
    FROM audit_log ORDER BY seq DESC LIMIT 1""")


@dataclass(frozen=True)
class Anchor:
    """One entry at a moment: its number, its hash in hex, and how many there were.

    `head`: it was the newest. `restored`: it tells of a backup that was brought back, and what
    was anchored beyond it belongs to the trail that the backup has replaced.
    """

    time: str
    seq: Annotated[int, msgspec.Meta(ge=1)]
    hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    count: Annotated[int, msgspec.Meta(ge=1)]
    kind: Literal["head", "restored"] = "head"


@dataclass(frozen=True)
class Anchors:
    """The file as read: its anchors, the oldest first, and the numbers of lines that are none."""

    items: list[Anchor] = field(default_factory=list)
    spoilt: list[int] = field(default_factory=list)


def anchor(session: Session) -> Anchor | None:
    """Writes the head down unless it is the one written last; gives the newest anchor."""
    path = settings(AuditSettings).anchors
    last = next(reversed(read(path).items), None)
    head = session.execute(_HEAD).one_or_none()
    if head is None or (last is not None and last.seq == head.seq):
        return last
    made = made_of(head)
    append(path, made)
    return made


def made_of(row: Any, kind: Literal["head", "restored"] = "head") -> Anchor:
    """The anchor of a row with `seq`, `hash` in hex and `total`."""
    return Anchor(now().isoformat(timespec="seconds"), row.seq, row.hash, row.total, kind)


def anchor_now() -> None:
    """The same in a transaction of its own: daily by the worker, and when an API process ends."""
    with transaction() as session:
        anchor(session)


def in_force(items: Sequence[Anchor]) -> dict[int, Anchor]:
    """Anchors by the number of their entry, without those of trails that a restore replaced."""
    found: dict[int, Anchor] = {}
    for item in items:
        if item.kind == RESTORED:
            found = {seq: known for seq, known in found.items() if seq < item.seq}
        found[item.seq] = item
    return found


def read(path: Path) -> Anchors:
    """What the file holds, nothing where it is not there."""
    found = Anchors()
    if not path.exists():
        return found
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                found.items.append(msgspec.json.decode(line, type=Anchor))
            except (msgspec.DecodeError, UnicodeDecodeError):
                found.spoilt.append(number)
    return found


def append(path: Path, made: Anchor) -> None:
    """As a line of its own, whatever was left of the one before by a full disk or a crash."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # a line may take several writes
        line = json.dumps(asdict(made)).encode() + b"\n"
        _write(descriptor, line if _ends_whole(descriptor) else b"\n" + line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_aside(path: Path) -> Path | None:
    """Gives the file of a trail that is no more another name, for who wants to look at it."""
    if not path.exists():
        return None
    kept = path.with_name(f"{path.stem}-until-{now():%Y%m%dT%H%M%S%f}{path.suffix}")
    path.rename(kept)
    return kept


def _ends_whole(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"


def _write(descriptor: int, line: bytes) -> None:
    while line:
        line = line[os.write(descriptor, line) :]
