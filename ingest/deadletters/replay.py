"""The warden's duty to replay the dead letters that people asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from center.clock import now
from center.database import sql
from center.logs import logger
from ingest import stages
from ingest.batch import keep_facts
from ingest.deadletters import reasons
from ingest.deadletters.attempt import Attempt, decide, rebuild
from ingest.deadletters.blame import BLAMES_CONTENT
from ingest.deadletters.numbers import commit_numbers, facts_under
from ingest.deadletters.record import clean, record
from ingest.ledger.deduplicate import moment
from ingest.register import Register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.warden.warden import Office

log = logger(__name__)
PACKAGE = "ingest.deadletters"
MOST_PER_ROUND = 500
WRITER = 0  # the warden's row in `counters`; gateways count from 1
DAY = timedelta(days=1)


def replay_requested(connection: psycopg.Connection[Any], office: Office) -> None:
    """Replays what waits, up to a round's worth; the caller commits."""
    rows = connection.execute(sql(PACKAGE, "waiting"), {"most": MOST_PER_ROUND}).fetchall()
    if not rows:
        office.notes.pop("register", None)  # tens of megabytes for a rare act
        return
    register: Register = office.notes.setdefault("register", Register())
    register.refresh(connection)
    context = stages.Context(register, office.limits)
    attempts = [Attempt(letter, rebuild(*parts)) for letter, *parts in rows]
    try:
        with connection.transaction(), connection.cursor() as cursor:
            replay(cursor, attempts, context)
    except BLAMES_CONTENT:
        for attempt in attempts:
            _replay_alone(connection, attempt, context)


def _replay_alone(
    connection: psycopg.Connection[Any], attempt: Attempt, context: stages.Context
) -> None:
    try:
        with connection.transaction(), connection.cursor() as cursor:
            replay(cursor, [attempt], context)
    except BLAMES_CONTENT as error:
        attempt.delivery.unstorable = (str(error) or repr(error)).splitlines()[0][:300]
        log.error("replay_unstorable", letter=attempt.letter, error=attempt.delivery.unstorable)
        with connection.transaction(), connection.cursor() as cursor:
            replay(cursor, [attempt], context)


def replay(
    cursor: psycopg.Cursor[Any], attempts: Sequence[Attempt], context: stages.Context
) -> None:
    """Makes facts of dead letters, or says anew why not; the caller commits.

    The locks come in the order of a batch: ledger, dead letters, facts, watermark.

    Raises:
        psycopg.Error: nothing of the attempts is kept.
    """
    for attempt in attempts:
        attempt.batch = None
    stages.run([attempt.delivery for attempt in attempts], context)
    _refuse_forgotten(attempts, context)
    known = commit_numbers(cursor, attempts)
    batch = cursor.execute("SELECT nextval('batch_ids')").fetchone()
    assert batch is not None  # nextval always answers
    decide(attempts, facts_under(cursor, known, context.limits), batch[0])
    _close_letters(cursor, attempts)
    accepted = [a.delivery for a in attempts if a.batch == batch[0] and not a.delivery.duplicate]
    if accepted:
        record(cursor, accepted)  # their single bad readings
        facts = keep_facts(cursor, batch[0], accepted)
        _close_batch(cursor, batch[0], [d for rows in facts.values() for d in rows])
    log.info("dead_letters_replayed", attempts=len(attempts), stored=len(accepted))


def _refuse_forgotten(attempts: Sequence[Attempt], context: stages.Context) -> None:
    """Where facts have been dropped nothing tells a repeat, and a rolled hour would be undone."""
    kept = timedelta(days=context.limits.raw_retention_days) - DAY
    oldest_us = stages.microseconds(now() - kept)
    for delivery in (attempt.delivery for attempt in attempts):
        if delivery.rejection is None and delivery.time_us < oldest_us:
            delivery.reject(reasons.TOO_OLD, f"facts of {moment(delivery.time_us):%F} are dropped")


def _close_letters(cursor: psycopg.Cursor[Any], attempts: Sequence[Attempt]) -> None:
    cursor.execute(sql(PACKAGE, "lock_letters"), {"ids": [a.letter for a in attempts]})
    refusals = [a.delivery.rejection for a in attempts]
    cursor.execute(
        sql(PACKAGE, "close_letters"),
        {
            "id": [a.letter for a in attempts],
            "batch": [a.batch for a in attempts],
            "reason": [r.reason.key if r else None for r in refusals],
            "detail": [clean(r.detail) if r else None for r in refusals],
            "closed_reason": [a.closed_reason for a in attempts],
            "division_code": [
                a.delivery.known.division_code if a.delivery.known else None for a in attempts
            ],
        },
    )


def _close_batch(cursor: psycopg.Cursor[Any], batch: int, facts: Sequence[Any]) -> None:
    cursor.execute(
        sql(PACKAGE, "close_replay"),
        {
            "batch": batch,
            "writer": WRITER,
            "replayed": len(facts),
            "received_from": moment(min(d.received_us for d in facts)),
            "received_to": moment(max(d.received_us for d in facts)),
            "min_time": moment(min(d.time_us for d in facts)),
            "max_time": moment(max(d.time_us for d in facts)),
        },
    )
