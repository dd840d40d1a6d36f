"""Leases: advisory locks on a connection of their own, gone the moment the process is."""

from collections.abc import Callable
from typing import Any

import psycopg

WARDEN = 0x6879_0001  # member 0: to be in charge; the others number the wardens
GATEWAY = 0x6879_0002
RULES = 0x6879_0004  # as WARDEN: member 0 is to be in charge
VIDEO = 0x6879_0005  # numbers the workers of video
VIDEO_SHARE = 0x6879_0006  # members are shares of the cameras
MOST = 64  # of each kind

Connect = Callable[[], psycopg.Connection[Any]]


class Lease:
    """A right that one process has at a time, e.g. to be gateway number 3."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None

    def take(self, group: int, member: int = 0) -> bool:
        """Tries to get the right; False while another process has it.

        Raises:
            psycopg.OperationalError: the database is away.
        """
        self.open()
        row = self.connection.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", (group, member)
        ).fetchone()
        return bool(row and row[0])

    def open(self) -> None:
        """Connects where there is no connection; takes nothing.

        Raises:
            psycopg.OperationalError: the database is away.
        """
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            self._connection.autocommit = True

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The connection that carries the right; autocommit, for small acts of its holder."""
        if self._connection is None:
            raise psycopg.OperationalError("the lease has no connection")
        return self._connection

    def held(self) -> bool:
        """Whether the connection that carries the right still stands."""
        try:
            if self._connection is None:
                return False
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            self.release()
            return False
        return True

    def give(self, group: int, member: int) -> None:
        """Gives one right back and keeps the others."""
        self.connection.execute("SELECT pg_advisory_unlock(%s, %s)", (group, member))

    def release(self) -> None:
        """Gives the right back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def take_number(lease: Lease, group: int = GATEWAY) -> int:
    """The lowest number of its group that is free, from 1: it makes a gateway's client ids."""
    for number in range(1, MOST + 1):
        if lease.take(group, number):
            return number
    raise RuntimeError(f"{MOST} processes of this kind run already")
