"""Verifying the trail: every hash again, every number, and every anchor against its entry."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.anchors import RESTORED, Anchor, Anchors, in_force
from center.audit.chain import Entry, link

BATCH = 5000
MOST_FINDINGS = 100
RESTORE = "backup.restore"  # the action that an anchor of kind `restored` must lie on

_ROWS = sa.text("""
    SELECT seq, time, actor_id, actor, roles, action, object_type, object_id, result, address,
           request_id, detail, hash
    FROM audit_log WHERE seq > :seq ORDER BY seq LIMIT :limit""")


@dataclass(frozen=True)
class Finding:
    """Something that must not be, of a kind in `_WORDS`, and where."""

    kind: str
    first: int
    last: int

    def __str__(self) -> str:
        one, many, words = _WORDS[self.kind]
        several = f"{many} {self.first} to {self.last}"
        where = f"{one} {self.first}" if self.first == self.last else several
        return f"{where}: {words}"


_ENTRIES, _LINES = ("entry", "entries"), ("anchor file, line", "anchor file, lines")
_WORDS = {
    "changed": (
        *_ENTRIES,
        "the content does not fit its hash: it was changed after it was written",
    ),
    "missing": (*_ENTRIES, "missing: removed from the middle of the trail"),
    "cut": (*_ENTRIES, "missing: the tail was cut, for an anchor outside the database knows it"),
    "replaced": (
        *_ENTRIES,
        "not the one that was anchored: the trail was written anew up to here",
    ),
    "spoilt": (*_LINES, "no anchor: damaged by a full disk or a crash, or by somebody"),
}


@dataclass
class Verifier:
    """Takes the rows one by one in the order of their numbers and collects what is wrong."""

    anchors: Mapping[int, Anchor]
    seq: int = 0
    previous: bytes = b""
    count: int = 0
    findings: list[Finding] = field(default_factory=list)

    def take(self, row: Any) -> None:
        """The next row of the table."""
        if row.seq != self.seq + 1:
            self.find("missing", self.seq + 1, row.seq - 1)
            # Its own hash cannot be repeated without the one before.
        elif link(row.seq, entry_of(row), self.previous) != bytes(row.hash):
            self.find("changed", row.seq, row.seq)
        anchored = self.anchors.get(row.seq)
        if anchored is not None and not _fits(anchored, row):
            self.find("replaced", row.seq, row.seq)
        self.seq, self.previous = row.seq, bytes(row.hash)
        self.count += 1

    def end(self) -> None:
        """No more rows."""
        newest = max(self.anchors, default=0)
        if newest > self.seq:
            self.find("cut", self.seq + 1, newest)

    def find(self, kind: str, first: int, last: int) -> None:
        """Notes a finding."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, first, last))


def verify(
    session: Session,
    anchors: Anchors,
    progress: Callable[[int], None] = lambda _: None,
) -> Verifier:
    """The whole trail, in steps of some thousand rows; `progress` is told the numbers passed."""
    verifier = Verifier(in_force(anchors.items))
    for line in anchors.spoilt:
        verifier.find("spoilt", line, line)
    for row in _rows(session):
        verifier.take(row)
        if verifier.count % BATCH == 0:
            progress(verifier.seq)
    verifier.end()
    return verifier


def _fits(anchored: Anchor, row: Any) -> bool:
    same = anchored.hash == row.hash.hex()
    return same and (anchored.kind != RESTORED or row.action == RESTORE)


def entry_of(row: Any) -> Entry:
    """The entry that a row of `audit_log` holds."""
    return Entry(
        row.time,
        row.actor_id,
        row.actor,
        row.roles,
        row.action,
        row.object_type,
        row.object_id,
        row.result,
        row.address,
        row.request_id,
        row.detail,
    )


def _rows(session: Session) -> Iterator[Any]:
    seq = 0
    while rows := session.execute(_ROWS, {"seq": seq, "limit": BATCH}).all():
        yield from rows
        seq = rows[-1].seq
