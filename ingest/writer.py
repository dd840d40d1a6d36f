"""The bulk writer: takes deliveries from the gateway, commits them, then has them acknowledged."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from center.logs import logger
from center.settings import IngestSettings
from ingest import blindness, stages
from ingest.batch import AlreadyCommitted, Outcome, is_committed, write_batch
from ingest.deadletters import reasons
from ingest.deadletters.blame import BLAMES_CONTENT
from ingest.delivery import Delivery
from ingest.register import Register

log = logger(__name__)
RETRY_SECONDS = (0.1, 0.5, 1, 2, 5)
WATCH_SECONDS = 2.0


class Intake:
    """Deliveries between the receiving thread and the writer.

    Bounded by the sessions' receive maximum: the broker sends no more than that unacknowledged,
    so a slow store holds the broker back and never this process's memory. What comes at QoS 0 is
    held back by nothing: of it `loose_bytes` may wait, the rest is refused and counted. Its numbers
    are missing then, and the device is asked for them.
    """

    def __init__(self, loose_bytes: int) -> None:
        self.refused = 0
        self._loose_bytes = loose_bytes
        # Each written by one thread only.
        self._loose_came = 0
        self._loose_taken = 0
        self._waiting: deque[Delivery] = deque()
        self._filled = threading.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, delivery: Delivery) -> None:
        """Adds a delivery; called by the receiving thread only."""
        if delivery.receipt is None and not self._has_room(delivery):
            return
        self._waiting.append(delivery)
        if not self._filled.is_set():
            self._filled.set()

    def take(self, most: int, linger: float, patience: float) -> list[Delivery]:
        """Up to `most` deliveries; waits `patience` s for the first, `linger` s for company."""
        if not self._filled.wait(patience):
            return []
        if len(self._waiting) < most and linger:
            time.sleep(linger)
        self._filled.clear()
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        if self._waiting:
            self._filled.set()
        if self._loose_came != self._loose_taken:
            self._loose_taken += sum(len(d.payload) for d in taken if d.receipt is None)
        return taken

    def _has_room(self, delivery: Delivery) -> bool:
        size = len(delivery.payload)
        if self._loose_came - self._loose_taken + size > self._loose_bytes:
            self.refused += 1
            return False
        self._loose_came += size
        return True


@dataclass(slots=True)
class Tally:
    """What this process did since it started; exact only while it lives, the ledger is in rows."""

    batches: int = 0
    stored: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    retries: int = 0
    last_error: str = ""


class Writer:
    """Commits batches one after the other on a connection of its own.

    `acknowledge` is called with a batch after COMMIT returned, never before.
    `announce` is told batch and commit number of each batch; it must not block.
    """

    def __init__(
        self,
        number: int,
        connect: Callable[[], psycopg.Connection[Any]],
        limits: IngestSettings,
        acknowledge: Callable[[Sequence[Delivery]], None],
        announce: Callable[[int, int], None],
        is_connected: Callable[[], bool],
    ) -> None:
        self.number = number
        self.intake = Intake(limits.ingest_loose_bytes)
        self.register = Register()
        self.tally = Tally()
        self._connect = connect
        self._limits = limits
        self._context = stages.Context(self.register, limits)
        self._acknowledge = acknowledge
        self._announce = announce
        self._is_connected = is_connected
        # While messages wait at the broker, it hands out this many at a time.
        self._full = min(
            limits.ingest_batch_messages,
            limits.ingest_connections * limits.ingest_receive_maximum,
        )
        self._connection: psycopg.Connection[Any] | None = None
        self._refreshed = 0.0
        self._watched = 0.0
        self._told_refused = 0
        self._losses: deque[str] = deque(maxlen=16)
        self._stopping = threading.Event()

    def note_loss(self, reason: str) -> None:
        """The broker may have forgotten messages: devices will be asked for their newest."""
        self._losses.append(reason)

    def run(self) -> None:
        """Works until `stop`; what is not committed then stays with the broker."""
        while not self._stopping.is_set():
            batch = self.intake.take(
                self._limits.ingest_batch_messages, self._limits.ingest_linger_seconds, 0.5
            )
            if batch and self._persist(batch):
                self._acknowledge(batch)
            if self._losses or time.monotonic() - self._watched > WATCH_SECONDS:
                self._look_around(waiting=len(batch) + len(self.intake))
        if self._connection is not None:
            self._connection.close()

    def stop(self) -> None:
        """Ends `run` after the batch in hand."""
        self._stopping.set()

    def _look_around(self, *, waiting: int) -> None:
        """Notes losses, and that we see everything, when nothing waits at the broker."""
        self._tell_refused()
        try:
            connection = self._ready()
            while self._losses:
                connection.execute(
                    "INSERT INTO report_requests (reason) VALUES (%s)", (self._losses[0],)
                )
                connection.commit()
                self._losses.popleft()
            if waiting < self._full / 2 and self._is_connected():
                blindness.watch(connection, self.number)
                connection.commit()
            self._watched = time.monotonic()
        except psycopg.Error as error:
            self._drop_connection()
            self._note_failure(error, 0, 0)
            self._stopping.wait(RETRY_SECONDS[1])

    def _tell_refused(self) -> None:
        refused = self.intake.refused
        if refused > self._told_refused:
            log.error("unacknowledged_refused", messages=refused - self._told_refused)
            self._told_refused = refused

    def _persist(self, deliveries: Sequence[Delivery]) -> bool:
        """Repeats until the batch is committed; False when told to stop before that."""
        batch: int | None = None
        attempt = 0
        while not self._stopping.is_set():
            try:
                connection = self._ready()
                if batch is None:
                    batch = _next_batch(connection)
                outcome = self._attempt(connection, batch, deliveries, retry=attempt > 0)
            except BLAMES_CONTENT as error:
                self._drop_connection()
                return self._isolate(deliveries, error)
            except psycopg.Error as error:
                self._drop_connection()
                self._note_failure(error, len(deliveries), attempt)
                self._stopping.wait(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
                continue
            self._count(batch, outcome)
            return True
        return False

    def _attempt(
        self,
        connection: psycopg.Connection[Any],
        batch: int,
        deliveries: Sequence[Delivery],
        *,
        retry: bool,
    ) -> Outcome | None:
        """One try; None when an earlier try had committed without our hearing of it."""
        with connection.cursor() as cursor:
            if retry and is_committed(cursor, batch):
                connection.rollback()
                return None
            stages.run(deliveries, self._context)
            if self._met_strangers(connection, deliveries):
                stages.run(deliveries, self._context)
            try:
                outcome = write_batch(cursor, self.number, batch, deliveries, retry=retry)
            except AlreadyCommitted:
                connection.rollback()
                return None
            connection.commit()
            return outcome

    def _isolate(self, deliveries: Sequence[Delivery], error: Exception) -> bool:
        """Halves a batch until the one message that cannot be stored stands alone."""
        if len(deliveries) == 1:
            alone = deliveries[0]
            if alone.unstorable:
                # Not even its dead letter can be written: a defect of ours. It is never
                # acknowledged, so the broker keeps it, and the next message is handled.
                log.critical("message_not_even_dead", topic=alone.topic, error=alone.unstorable)
                alone.receipt = None
                return True
            alone.unstorable = (str(error) or repr(error)).splitlines()[0][:300]
            log.error("message_unstorable", topic=alone.topic, error=alone.unstorable)
            return self._persist(deliveries)
        middle = len(deliveries) // 2
        return self._persist(deliveries[:middle]) and self._persist(deliveries[middle:])

    def _ready(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = self._connect()
            self._refresh()
        elif time.monotonic() - self._refreshed > 1:
            self._refresh()
        return self._connection

    def _refresh(self) -> None:
        assert self._connection is not None  # only called when there is one
        self.register.refresh(self._connection)
        self._connection.commit()
        self._refreshed = time.monotonic()

    def _met_strangers(
        self, connection: psycopg.Connection[Any], deliveries: Sequence[Delivery]
    ) -> bool:
        """Whether a refusal may be due to a register that is a moment old; then it is fresh now."""
        if all(
            d.rejection is None or d.rejection.reason not in REGISTER_REASONS for d in deliveries
        ):
            return False
        changed = self.register.refresh(connection) > 0
        connection.commit()
        return changed

    def _count(self, batch: int, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        self.tally.batches += 1
        self.tally.stored += outcome.stored
        self.tally.duplicates += outcome.duplicates
        self.tally.dead_letters += outcome.dead_letters
        self._announce(batch, outcome.commit_no)

    def _note_failure(self, error: psycopg.Error, waiting: int, attempt: int) -> None:
        self.tally.retries += 1
        self.tally.last_error = str(error).splitlines()[0][:200] if str(error) else repr(error)
        log.warning(
            "batch_not_committed", attempt=attempt, waiting=waiting, error=self.tally.last_error
        )

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


REGISTER_REASONS = {
    reasons.UNKNOWN_DEVICE,
    reasons.DEVICE_DISABLED,
    reasons.WRONG_KIND,
    reasons.UNKNOWN_QUANTITY,
}


def _next_batch(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT nextval('batch_ids')").fetchone()
    connection.commit()
    return int(row[0]) if row else 0
