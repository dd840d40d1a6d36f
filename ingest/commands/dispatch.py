"""Commands on their way to the broker, a round at a time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg

from center.clock import now
from center.logs import logger
from ingest.commands import repository

log = logger(__name__)

# Rows are locked while they are handed over, and a device that answers at once makes a writer
# wait for that lock: so a round is short, and handing over does not wait for the network.
PER_ROUND = 200

Send = Callable[[str, str, str, str, dict[str, Any], datetime, int], bool]


def send_due(connection: psycopg.Connection[Any], send: Send) -> int:
    """Hands waiting commands to the broker until it takes no more; how many it took.

    `send(kind, device_id, command, name, args, deadline, seconds)` must return at once.
    """
    taken = []
    for due in repository.due_commands(connection, PER_ROUND):
        seconds = int((due.deadline - now()).total_seconds())
        if not send(
            due.kind, due.device_id, str(due.id), due.name, due.args, due.deadline, max(1, seconds)
        ):
            break
        taken.append(due.id)
    if taken:
        repository.mark_sent(connection, taken)
    return len(taken)


def expire(connection: psycopg.Connection[Any]) -> int:
    """Closes what was not answered in time; how many."""
    closed = repository.time_out(connection)
    if closed:
        log.info("commands_timed_out", count=len(closed))
    return len(closed)
