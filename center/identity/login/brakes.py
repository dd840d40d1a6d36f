"""The brakes as stored: rows that every API process shares, by user name and by address."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.clock import now
from center.errors import TooMany
from center.identity.login.attempts import FORGET, Attempts, Rule, count, forgive
from center.identity.models import SecurityPolicy

ADDRESS_WINDOW = timedelta(minutes=1)

_TABLE = sa.table("login_attempts", *map(sa.column, ("key", "failures", "lockouts", "until")))
# The row must exist to be locked; one made here is open.
_MAKE = sa.text("""
    INSERT INTO login_attempts (key, failures, lockouts, until)
    VALUES (:key, 0, 0, :until) ON CONFLICT DO NOTHING""")


class LockedOut(TooMany):
    """Too many failed log-ins: wait as long as Retry-After says, or have the lock lifted."""


@dataclass(frozen=True)
class Brake:
    """One counted thing: its key and the rule it is counted by."""

    key: bytes
    rule: Rule


def name_key(username: str) -> bytes:
    """The key of a user name, known or not: who guesses learns nothing from being locked out."""
    return hashlib.sha256(f"name:{username}".encode("utf-8", "replace")).digest()


def brakes(policy: SecurityPolicy, username: str, address: str) -> list[Brake]:
    """The brakes of one attempt, in the order in which every process locks their rows."""
    lock = timedelta(seconds=policy.lockout_seconds)
    found = [
        Brake(name_key(username), Rule(policy.lockout_failures, lock, lock)),
        Brake(
            hashlib.sha256(f"address:{address}".encode()).digest(),
            Rule(policy.address_failures, ADDRESS_WINDOW, ADDRESS_WINDOW),
        ),
    ]
    return sorted(found, key=lambda brake: brake.key)


def press(session: Session, found: Iterable[Brake], moment: datetime) -> None:
    """Counts one attempt.

    Raises:
        LockedOut: one of the brakes is on; the attempt is not counted then.
    """
    states = [(brake, _locked(session, brake, moment)) for brake in found]
    waits = [wait for brake, state in states if (wait := state.wait(moment, brake.rule))]
    if waits:
        raise LockedOut(retry_after=max(waits).total_seconds())
    for brake, state in states:
        _store(session, brake.key, count(state, moment, brake.rule))


def release(session: Session, found: Iterable[Brake], moment: datetime) -> None:
    """The attempt was right: it no longer counts."""
    for brake in found:
        _store(session, brake.key, forgive(_locked(session, brake, moment), brake.rule))


def lift(session: Session, username: str) -> None:
    """Forgets all failures of a user name."""
    session.execute(sa.delete(_TABLE).where(_TABLE.c.key == name_key(username)))


def locked_until(session: Session, username: str, limit: int) -> datetime | None:
    """When the lock-out of a user name ends, None where there is none."""
    row = session.execute(sa.select(_TABLE).where(_TABLE.c.key == name_key(username))).one_or_none()
    if row is None or row.failures < limit or row.until <= now():
        return None
    until: datetime = row.until
    return until


def purge(session: Session) -> None:
    """Drops the rows that no longer say anything."""
    session.execute(sa.delete(_TABLE).where(_TABLE.c.until < now() - FORGET))


def _locked(session: Session, brake: Brake, moment: datetime) -> Attempts:
    session.execute(_MAKE, {"key": brake.key, "until": moment + brake.rule.window})
    row = session.execute(
        sa.select(_TABLE).where(_TABLE.c.key == brake.key).with_for_update()
    ).one()
    return Attempts(row.failures, row.lockouts, row.until)


def _store(session: Session, key: bytes, state: Attempts) -> None:
    session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.key == key)
        .values(failures=state.failures, lockouts=state.lockouts, until=state.until)
    )
