"""Sessions of gateways that are no more: the broker goes on giving them their share."""

import time
from collections.abc import Callable
from typing import Any

import psycopg

from center.logs import logger
from ingest.gateway import Gateway, client_id
from ingest.leases import GATEWAY, Connect, Lease

log = logger(__name__)
ABANDONED_SECONDS = 10  # a gateway that restarts takes its number again sooner than this


def gateway_name(number: int) -> str:
    """`ingest-1`: the process's name, and the first part of its client ids."""
    return f"ingest-{number}"


class Orphanage:
    """Finds abandoned gateway numbers, has their sessions emptied, then forgets the numbers."""

    def __init__(
        self,
        number: int,
        sessions: int,
        gateway: Gateway,
        connect: Connect,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._number = number
        self._sessions = sessions
        self._gateway = gateway
        self._connect = connect
        self._clock = clock
        self.is_known = False  # whether others can read which sessions are ours
        self._held: dict[int, tuple[Lease, set[str]]] = {}
        self._excess: set[str] = set()  # sessions of our own number that we have taken in
        self._looked = self._watching_since = -float("inf")

    def look(self, connection: psycopg.Connection[Any]) -> None:
        """Says that our own number is held, and takes in what others have left.

        Raises:
            psycopg.Error: the database is away; call again.
        """
        self._give_up_what_is_no_longer_ours()
        self._say_held(connection)
        if not self._has_watched():
            return
        rows = connection.execute(
            "SELECT number, sessions FROM gateways WHERE number <> %s"
            " AND held_at < now() - make_interval(secs => %s)",
            (self._number, ABANDONED_SECONDS),
        ).fetchall()
        for number, sessions in rows:
            if number not in self._held:
                self._take_in(number, sessions)
        for number in list(self._held):
            self._let_go_if_empty(connection, number)

    def release(self) -> None:
        """Gives back the numbers whose sessions are not empty yet; another gateway finds them."""
        for lease, _ in self._held.values():
            lease.release()
        self._held.clear()

    def _has_watched(self) -> bool:
        """Whether we saw all along what others say: after an absence of the database theirs is as
        old as ours, and who comes back first must not take the others for dead."""
        moment = self._clock()
        if moment - self._looked > ABANDONED_SECONDS / 2:
            self._watching_since = moment
        self._looked = moment
        return moment - self._watching_since > ABANDONED_SECONDS

    def _say_held(self, connection: psycopg.Connection[Any]) -> None:
        """Takes in what our number had in a run with more sessions; says so until it is empty."""
        row = connection.execute(
            "SELECT sessions FROM gateways WHERE number = %s", (self._number,)
        ).fetchone()
        before = row[0] if row else 0
        name = gateway_name(self._number)
        excess = {client_id(name, n) for n in range(self._sessions, before)}
        for orphan in excess - self._excess:
            self._gateway.adopt(orphan)
        self._excess |= excess
        connection.execute(
            "INSERT INTO gateways (number, sessions, held_at) VALUES (%s, %s, now())"
            " ON CONFLICT (number) DO UPDATE SET sessions = excluded.sessions, held_at = now()",
            (self._number, before if excess & self._gateway.adopted else self._sessions),
        )
        self.is_known = True

    def _take_in(self, number: int, sessions: int) -> None:
        lease = Lease(self._connect)
        if not lease.take(GATEWAY, number):
            lease.release()
            return
        names = {client_id(gateway_name(number), n) for n in range(sessions)}
        log.info("sessions_adopted", number=number, sessions=sorted(names))
        self._held[number] = (lease, names)
        for name in names:
            self._gateway.adopt(name)

    def _give_up_what_is_no_longer_ours(self) -> None:
        """The number of a lost lease may be another gateway's by now, its sessions with it."""
        for number, (lease, names) in list(self._held.items()):
            if not lease.held():
                log.warning("sessions_abandoned", number=number, sessions=sorted(names))
                self._gateway.abandon(names)
                del self._held[number]

    def _let_go_if_empty(self, connection: psycopg.Connection[Any], number: int) -> None:
        lease, names = self._held[number]
        if names & self._gateway.adopted:
            return
        connection.execute("DELETE FROM gateways WHERE number = %s", (number,))
        lease.release()
        del self._held[number]
