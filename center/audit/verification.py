"""Verifying the trail: every hash again, every number, and every anchor against its entry."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.anchors import Anchor
from center.audit.chain import Entry, link

BATCH = 5000
MOST_FINDINGS = 100

_ROWS = sa.text("""
    SELECT seq, time, actor_id, actor, roles, action, object_type, object_id, result, address,
           request_id, detail, hash
    FROM audit_log WHERE seq > :seq ORDER BY seq LIMIT :limit""")


@dataclass(frozen=True)
class Finding:
    """Something that must not be: `changed`, `missing`, `cut` or `replaced`, and where."""

    kind: str
    first: int
    last: int

    def __str__(self) -> str:
        where = (
            f"entry {self.first}"
            if self.first == self.last
            else (f"entries {self.first} to {self.last}")
        )
        return f"{where}: {_WORDS[self.kind]}"


_WORDS = {
    "changed": "the content does not fit its hash: it was changed after it was written",
    "missing": "missing: removed from the middle of the trail",
    "cut": "missing: the tail was cut, for an anchor outside the database knows it",
    "replaced": "not the one that was anchored: the trail was written anew up to here",
}


@dataclass
class Verifier:
    """Takes the rows one by one in the order of their numbers and collects what is wrong."""

    anchors: dict[int, str]
    seq: int = 0
    previous: bytes = b""
    count: int = 0
    findings: list[Finding] = field(default_factory=list)

    def take(self, row: Any) -> None:
        """The next row of the table."""
        if row.seq != self.seq + 1:
            self._find("missing", self.seq + 1, row.seq - 1)
            # Its own hash cannot be repeated without the one before.
        elif link(row.seq, entry_of(row), self.previous) != bytes(row.hash):
            self._find("changed", row.seq, row.seq)
        if self.anchors.get(row.seq, row.hash.hex()) != row.hash.hex():
            self._find("replaced", row.seq, row.seq)
        self.seq, self.previous = row.seq, bytes(row.hash)
        self.count += 1

    def end(self) -> None:
        """No more rows."""
        newest = max(self.anchors, default=0)
        if newest > self.seq:
            self._find("cut", self.seq + 1, newest)

    def _find(self, kind: str, first: int, last: int) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, first, last))


def verify(
    session: Session,
    anchors: Sequence[Anchor],
    progress: Callable[[int], None] = lambda _: None,
) -> Verifier:
    """The whole trail, in steps of some thousand rows; `progress` is told the numbers passed."""
    verifier = Verifier({item.seq: item.hash for item in anchors})
    for row in _rows(session):
        verifier.take(row)
        if verifier.count % BATCH == 0:
            progress(verifier.seq)
    verifier.end()
    return verifier


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
