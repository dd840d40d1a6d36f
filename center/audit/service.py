"""Writing the audit trail: entries are collected on the session and chained at its commit."""

from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, SessionTransaction

from center.audit.chain import Entry, clean, link
from center.clock import now
from center.database import transaction
from center.identity.caller import Caller

_PENDING, _MARKS = "audit_entries", "audit_savepoints"
LOCK = 0x6879_6175_6469_74  # "hyaudit": one writer of the chain at a time, until its commit

_HEAD = sa.text("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1")
_INSERT = sa.text("""
    INSERT INTO audit_log (seq, time, actor_id, actor, roles, action, object_type, object_id,
                           result, address, request_id, detail, hash)
    VALUES (:seq, :time, :actor_id, :actor, :roles, :action, :object_type, :object_id,
            :result, :address, :request_id, CAST(:detail AS jsonb), :hash)""")


def audit(
    session: Session,
    caller: Caller,
    action: str,
    object_type: str = "",
    object_id: object = "",
    result: str = "ok",
    **detail: Any,
) -> None:
    """Record an act; it is committed with the act or not at all. Never put a secret in `detail`.

    `action` is `noun.verb` in the words of the code, e.g. `device.rotate`; `result` is `ok`,
    `refused` or `failed`.
    """
    if not session.in_transaction():
        session.begin()  # else a roll-back would not be told of the entry
    _pending(session).append(
        Entry(
            time=now(),
            actor_id=caller.user_id or None,
            actor=clean(caller.username),
            roles=list(caller.roles),
            action=action,
            object_type=object_type,
            object_id=clean(str(object_id)),
            result=result,
            address=caller.address,
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
            detail=clean(detail),
        )
    )


def audit_alone(
    caller: Caller,
    action: str,
    object_type: str = "",
    object_id: object = "",
    result: str = "refused",
    **detail: Any,
) -> None:
    """Record a refusal in a transaction of its own, since the refused one leaves no trace."""
    with transaction() as session:
        audit(session, caller, action, object_type, object_id, result, **detail)


@sa.event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return  # only a savepoint is released
    entries: list[Entry] = session.info.pop(_PENDING, [])
    if not entries:
        return
    # Everything else goes first: the lock is held for the insert and the commit alone.
    session.flush()
    session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    head = session.execute(_HEAD).one_or_none()
    seq, previous = (head.seq, bytes(head.hash)) if head else (0, b"")
    for entry in entries:
        seq += 1
        previous = link(seq, entry, previous)
        session.execute(_INSERT, entry.row(seq, previous))


@sa.event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    marks = session.info.setdefault(_MARKS, {})
    if transaction.nested:
        marks[transaction] = len(_pending(session))
    else:
        marks.clear()


@sa.event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """The entries go with their acts: those since the savepoint, or all."""
    # A session that was opened before this module was loaded has no marks.
    del _pending(session)[session.info.get(_MARKS, {}).get(transaction, 0) :]


def _pending(session: Session) -> list[Entry]:
    entries: list[Entry] = session.info.setdefault(_PENDING, [])
    return entries
