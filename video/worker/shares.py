"""Shares of the cameras: so many locks, of which each worker holds as many as is fair."""

from dataclasses import dataclass, field

from ingest.leases import VIDEO, VIDEO_SHARE, Lease

SHARES = 64

# Workers that hold a number now, of this very database.
_WORKERS = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def share_of(key: bytes) -> int:
    """The share that a stream belongs to, by its key: equal streams are of one share."""
    return key[0] % SHARES


def fair(workers: int) -> int:
    """How many shares one of so many workers holds at most; together they hold all."""
    return -(-SHARES // max(1, workers))


@dataclass
class Shares:
    """Those that this worker holds; they go with the connection of its lease."""

    lease: Lease
    held: set[int] = field(default_factory=set)

    def balance(self) -> bool:
        """Takes what is free and gives back what is too much; whether anything changed.

        Raises:
            psycopg.Error: the database is away.
        """
        row = self.lease.connection.execute(_WORKERS, (VIDEO,)).fetchone()
        most = fair(int(row[0]) if row else 1)
        before = set(self.held)
        for share in sorted(self.held)[most:]:
            self.lease.give(VIDEO_SHARE, share)
            self.held.discard(share)
        for share in range(SHARES):
            if len(self.held) >= most:
                break
            if share not in self.held and self.lease.take(VIDEO_SHARE, share):
                self.held.add(share)
        return self.held != before

    def retake(self) -> None:
        """After the connection was lost: what others took meanwhile is theirs."""
        self.held = {share for share in self.held if self.lease.take(VIDEO_SHARE, share)}
