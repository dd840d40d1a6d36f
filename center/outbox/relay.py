"""The relay: numbers what has committed and carries it to the bus, one process at a time."""

import threading
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from center.bus import Backoff, Bus, BusAway, Message
from center.database import connector, sql
from center.logs import logger

log = logger(__name__)

LOCK = 0x6879_6F75_7462_6F78  # "hyoutbox": held by the connection of the relay at work
BATCH = 500
IDLE_SECONDS = 1.0  # a notification ends the pause at once
PATIENCE_SECONDS = 5.0
STANDBY_SECONDS = 3.0  # how long after the end of one relay another takes over, at most


class Relay:
    """A thread that empties the outbox into the bus, at least once and in order.

    Several may run: the lock's holder works, the others stand by. Rows wait while Redis is away.
    What Redis forgot in a crash, it is sent again; what was emptied, consumers replay.
    """

    def __init__(self, database_url: str, bus: Bus) -> None:
        self._connect = connector(
            database_url,
            "outbox-relay",
            autocommit=True,
            row_factory=namedtuple_row,
            options="-c statement_timeout=30s",
        )
        self._bus = bus
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox-relay", daemon=True)
        self._bus_answers = True
        self.leads = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the turn under way; returns when it has, or soon if the database hangs."""
        self._stop.set()
        self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    backoff.succeeded()
                    self._serve(connection)
            except psycopg.Error as error:
                log.warning("outbox_database_away", error=str(error))
                self._stop.wait(backoff.failed())
            finally:
                self.leads = False

    def _serve(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stop.is_set():
            row = connection.execute("SELECT pg_try_advisory_lock(%s) AS got", [LOCK]).fetchone()
            if row is not None and row.got:
                break
            self._stop.wait(STANDBY_SECONDS)
        self.leads = not self._stop.is_set()
        connection.execute("LISTEN hy_outbox")
        while not self._stop.is_set():
            if self._turn(connection) < BATCH:
                self._rest(connection)

    def _turn(self, connection: psycopg.Connection[Any]) -> int:
        number(connection)
        try:
            count = carry(connection, self._bus)
        except BusAway:
            self._report(answers=False)
            return 0
        self._report(answers=True)
        return count

    def _report(self, *, answers: bool) -> None:
        if answers != self._bus_answers:
            self._bus_answers = answers
            log.warning("outbox_bus", answers=answers)

    def _rest(self, connection: psycopg.Connection[Any]) -> None:
        with suppress(StopIteration):
            next(connection.notifies(timeout=IDLE_SECONDS, stop_after=1))


def number(connection: psycopg.Connection[Any]) -> None:
    """Gives positions to rows that have committed; goes on while Redis is away, for `replay`."""
    connection.execute(sql("center.outbox", "number"), {"limit": BATCH})


def carry(connection: psycopg.Connection[Any], bus: Bus) -> int:
    """Sends up to `BATCH` numbered rows; returns how many.

    They begin after the last one sent, or after what Redis remembers if that is less.

    Raises:
        BusAway: nothing was sent, or it was and Redis could not say so: it will be sent again.
    """
    row = connection.execute("SELECT sent FROM outbox_head").fetchone()
    sent = row.sent if row else 0
    known = bus.position()
    after = sent if known is None else min(sent, known)
    rows = connection.execute(
        sql("center.outbox", "unsent"), {"after": after, "limit": BATCH}
    ).fetchall()
    last = rows[-1].position if rows else after
    if rows or known != last:
        bus.send([Message(r.stream, r.payload, r.position) for r in rows], position=last)
        connection.execute("UPDATE outbox_head SET sent = greatest(sent, %s)", [last])
    return len(rows)
