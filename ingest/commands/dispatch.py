"""Commands on their way to the broker, a round at a time."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import psycopg

from center.clock import now
from center.logs import logger
from ingest.commands import repository
from ingest.commands.handover import Outcome

log = logger(__name__)

# Rows are locked while they are handed over, and a device that answers at once makes a writer
# wait for that lock: so a round is short, and handing over does not wait for the network.
PER_ROUND = 200

Send = Callable[[str, str, str, str, dict[str, Any], datetime, int], bool]


def send_due(connection: psycopg.Connection[Any], send: Send) -> int:
    """Hands waiting commands over until no more are taken; how many were.

    `send(kind, device_id, command, name, args, deadline, seconds)` must return at once; what the
    broker says comes later, to `settle`.
    """
    handed = []
    for due in repository.due_commands(connection, PER_ROUND):
        seconds = int((due.deadline - now()).total_seconds())
        if not send(
            due.kind, due.device_id, str(due.id), due.name, due.args, due.deadline, max(1, seconds)
        ):
            break
        handed.append(due.id)
    if handed:
        repository.mark_handed(connection, handed)
    return len(handed)


def settle(connection: psycopg.Connection[Any], outcomes: Iterable[Outcome]) -> None:
    """Notes which commands the broker has taken over, and why it has not taken the others."""
    taken, refused = [], []
    for outcome in outcomes:
        identity = repository.identity(outcome.command)
        if identity is None:
            continue
        if outcome.is_taken:
            taken.append(identity)
        else:
            refused.append((identity, outcome.words))
    if taken:
        repository.mark_sent(connection, taken)
    if refused:
        repository.mark_refused(connection, refused)


def expire(connection: psycopg.Connection[Any]) -> int:
    """Closes what was not answered in time; how many."""
    closed = repository.time_out(connection)
    if closed:
        log.info("commands_timed_out", count=len(closed))
    return len(closed)
