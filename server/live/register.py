"""All devices of the city as one process knows them, and what of them has changed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

import psycopg

from center.alarms.signals import Severity
from center.database import sql
from server.live.cursor import Place
from server.live.known import DeviceChange, Known, change_of

NOTHING_YET = -1  # a revision before the first


class Moment(NamedTuple):
    """Where the database stands; see queries/moment.sql."""

    xmin: int
    xmax: int
    commit_no: int
    revision: int
    cluster: int

    @property
    def place(self) -> Place:
        """What a viewer has been told of who was told all that is visible at this moment."""
        return Place(self.cluster, self.revision, self.xmin)

    def full(self, xid: int) -> int:
        """The transaction (xid8) of which a row tells the lower 32 bits.

        Of a row as old as the counter is long it may be a younger one: it is then told of once
        more than needed.
        """
        found = (self.xmax & ~0xFFFF_FFFF) | xid
        return found if found < self.xmax else found - (1 << 32)


class Register:
    """Reads what has changed, each row once, and remembers all of it. Of one thread."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._numbers: dict[str, int] = {}
        self._dirty: set[int] = set()
        self.moment: Moment | None = None

    def __len__(self) -> int:
        return len(self._known)

    def begin_anew(self) -> None:
        """The next look is at every row: the line to the database was lost. What is known stays,
        so that only what has changed meanwhile is told."""
        self.moment = None

    def look(self, connection: psycopg.Connection[Any]) -> None:
        """Reads all that was committed since the last look; the connection is in a transaction of
        REPEATABLE READ that has read nothing yet."""
        moment = moment_of(connection)
        since = self.moment
        revision = NOTHING_YET if since is None else since.revision
        if moment.revision != revision:
            for row in connection.execute(sql("server.live", "devices"), {"revision": revision}):
                self._enter(row)
        names = {"since": None if since is None else str(since.xmin & 0xFFFF_FFFF)}
        for query, note in (
            ("readings", _note_readings),
            ("positions", _note_position),
            ("states", _note_state),
        ):
            for number, xid, *row in connection.execute(sql("server.live", query), names):
                known = self._known.get(number)
                if known is not None and note(known, row):
                    known.stamp = max(known.stamp, moment.full(xid))
                    self._dirty.add(number)
        self.moment = moment

    def alarm(self, worst: Mapping[str, Severity | None]) -> None:
        """Notes the worst severity of open alarms of devices, by device id; after a look that came
        after these alarms were read, so that the stamp is younger than they are."""
        for device_id, severity in worst.items():
            known = self._known.get(self._numbers.get(device_id, 0))
            if known is not None and self.moment is not None and known.severity != severity:
                known.severity = severity
                known.stamp = max(known.stamp, self.moment.xmax)
                self._dirty.add(known.number)

    def take(self) -> list[DeviceChange]:
        """What has changed since it was last taken."""
        taken = [change_of(self._known[number]) for number in sorted(self._dirty)]
        self._dirty.clear()
        return taken

    def _enter(self, row: Iterable[Any]) -> None:
        number, device_id, kind, name, division, lon, lat, quantities, retired = row
        place = None if lon is None else (lon, lat)
        fresh = (device_id, kind, name, division, place, tuple(quantities), retired)
        known = self._known.get(number)
        if known is None:
            self._known[number] = Known(number, *fresh)
            self._numbers[device_id] = number
        else:
            before = (known.device_id, known.kind, known.name, known.division, known.place,
                      known.quantities, known.retired)  # fmt: skip
            if before == fresh:
                return
            (known.device_id, known.kind, known.name, known.division, known.place,
             known.quantities, known.retired) = fresh  # fmt: skip
        self._dirty.add(number)


def moment_of(connection: psycopg.Connection[Any]) -> Moment:
    """Where the database stands now, or at the snapshot of the running transaction."""
    row = connection.execute(sql("server.live", "moment")).fetchone()
    return Moment(*cast(Iterator[int], row))


# Each notes what a row says, and tells whether that is new. Transactions that go on for long make
# rows come again and again; these are no news.


def _note_readings(known: Known, row: list[Any]) -> bool:
    read_at, values = row
    if (known.read_at, known.values) == (read_at, values):
        return False
    known.read_at, known.values = read_at, values
    return True


def _note_position(known: Known, row: list[Any]) -> bool:
    fixed_at, lon, lat, heading, speed = row
    before = (known.fixed_at, known.fix, known.heading, known.speed)
    fresh = (fixed_at, (lon, lat), heading, speed)
    if before == fresh:
        return False
    known.fixed_at, known.fix, known.heading, known.speed = fresh
    return True


def _note_state(known: Known, row: list[Any]) -> bool:
    if known.state == row[0]:
        return False
    known.state = row[0]
    return True
