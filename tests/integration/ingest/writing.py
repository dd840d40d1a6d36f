"""The bulk writer's transaction in the hands of a test, and the books it leaves behind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from center.clock import now
from center.settings import IngestSettings
from ingest import stages
from ingest.batch import Outcome, write_batch
from ingest.delivery import Delivery
from ingest.facts import FACT_TABLES
from ingest.register import Register
from tests.messages import delivery

LIMITS = IngestSettings()
MODELS = {
    "sensor": "generic-water-level",
    "vehicle": "generic-vehicle",
    "epolice": "generic-epolice",
}
FULL = {"water_level": 1.0, "flow_rate": 2.0, "battery_voltage": 3.6, "signal_strength": -70.0}


def enrol(
    owner: psycopg.Connection, device_id: str, kind: str = "sensor", division: str = "430405"
) -> int:
    """A device; its number."""
    row = owner.execute(
        "INSERT INTO devices (device_id, kind, model, name, division_code,"
        " expected_interval_seconds) SELECT %s, kind, id, 'test', %s, 60 FROM device_models"
        " WHERE name = %s RETURNING id",
        [device_id, division, MODELS[kind]],
    ).fetchone()
    assert row is not None
    return int(row[0])


def recent(device_id: str = "D-1", stream: str = "readings", **changed: Any) -> Delivery:
    """A message of a minute ago, of the numbers given."""
    changed.setdefault("time", MINUTE_AGO)
    return delivery(device_id, stream, **changed)


MINUTE_AGO = now().replace(microsecond=123_456) - timedelta(minutes=1)


def refuse(owner: psycopg.Connection) -> None:
    """Has the database refuse every event whose detail is this word."""
    owner.execute(f"ALTER TABLE events ADD CHECK (detail <> '{POISON}')")


POISON = "poison"


class Books(NamedTuple):
    """Sums over `counters`."""

    deliveries: int
    stored: int
    duplicates: int
    dead_letters: int
    replayed: int = 0


class Pen:
    """Writes batches as a gateway does, one transaction each, on a connection of its own."""

    def __init__(self, url: str, writer: int = 1) -> None:
        self.connection = psycopg.connect(url)
        self.writer = writer
        self.register = Register()

    def take_batch(self) -> int:
        """A batch number, as the writer takes it before the first attempt."""
        return int(self.one("SELECT nextval('batch_ids')"))

    def begin(
        self, deliveries: Sequence[Delivery], batch: int | None = None, *, retry: bool = False
    ) -> Outcome:
        """Everything but the commit."""
        self.register.refresh(self.connection)
        self.connection.commit()
        batch = batch or self.take_batch()
        stages.run(deliveries, stages.Context(self.register, LIMITS))
        with self.connection.cursor() as cursor:
            return write_batch(cursor, self.writer, batch, deliveries, retry=retry)

    def write(
        self, *deliveries: Delivery, batch: int | None = None, retry: bool = False
    ) -> Outcome:
        """One batch, committed."""
        outcome = self.begin(deliveries, batch, retry=retry)
        self.connection.commit()
        return outcome

    def one(self, statement: str, *names: Any) -> Any:
        """The first column of the first row, in a transaction of its own."""
        row = self.connection.execute(statement, names).fetchone()
        self.connection.commit()
        return None if row is None else row[0]

    def all(self, statement: str, *names: Any) -> list[tuple[Any, ...]]:
        """Every row, in a transaction of its own."""
        rows = self.connection.execute(statement, names).fetchall()
        self.connection.commit()
        return rows

    def books(self) -> Books:
        """The sums over all writers."""
        (row,) = self.all(
            "SELECT coalesce(sum(deliveries), 0)::int, coalesce(sum(stored), 0)::int,"
            " coalesce(sum(duplicates), 0)::int, coalesce(sum(dead_letters), 0)::int,"
            " coalesce(sum(replayed), 0)::int FROM counters"
        )
        return Books(*row)

    def facts(self) -> int:
        """How many facts there are, of all streams."""
        return sum(self.one(f"SELECT count(*) FROM {row.table}") for row in FACT_TABLES.values())

    def twice(self) -> list[tuple[Any, ...]]:
        """Numbers under which more than one fact is stored: there must be none."""
        everything = " UNION ALL ".join(
            f"SELECT device, boot, seq FROM {row.table}" for row in FACT_TABLES.values()
        )
        return self.all(
            f"SELECT device, boot, seq, count(*) FROM ({everything}) AS f"
            " GROUP BY 1, 2, 3 HAVING count(*) > 1"
        )

    def committed(self, device: int, boot: int = 1) -> str:
        """The numbers the ledger holds, e.g. `{[0,3)}`."""
        statement = "SELECT committed::text FROM ledger WHERE device = %s AND boot = %s"
        return str(self.one(statement, device, boot))

    def letters(self) -> list[tuple[str, bool, int]]:
        """(reason, whole, repeats) of the dead letters, the oldest first."""
        return self.all("SELECT reason, whole, repeats::int FROM dead_letters ORDER BY id")  # type: ignore[return-value]


@contextmanager
def pen(url: str, writer: int = 1) -> Iterator[Pen]:
    """A pen whose connection is closed afterwards."""
    made = Pen(url, writer)
    try:
        yield made
    finally:
        made.connection.close()


def at(seconds: float) -> datetime:
    """A moment near the messages of `recent`."""
    return MINUTE_AGO + timedelta(seconds=seconds)
