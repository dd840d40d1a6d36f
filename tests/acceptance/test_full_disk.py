"""The disk of the store is full: ingest waits, the broker keeps, nothing acknowledged is lost."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from deploy.stack import LocalStack
from deploy.stack.sandbox import Sandbox
from ingest.facts import FACT_TABLES
from server.benches.loaded import Loaded, mixed
from server.benches.site import Site, until
from tests.acceptance.conftest import fresh_site

SIZE = 24 << 20
SMALL = "/tmp/small"  # noqa: S108  # inside the sandbox of the database only


@dataclass(frozen=True)
class SmallSandbox(Sandbox):
    """With a file system of a few megabytes beside the data folder."""

    def command(self, argv: list[str], *options: str) -> list[str]:
        small = ("--size", str(SIZE), "--perms", "0700", "--tmpfs", SMALL)
        return super().command(argv, *small, *options)


class SmallStack(LocalStack):
    """A local stack whose database has a small second disk."""

    def sandbox(self, name: str, binds: dict[Path, str] | None = None) -> Sandbox:
        made = super().sandbox(name, binds)
        if name != "postgres":
            return made
        return SmallSandbox(made.rootfs, made.user, made.binds)


@pytest.fixture
def small_site() -> Iterator[Site]:
    """A system whose facts lie on a disk of their own, which a test can fill."""
    with fresh_site(lambda folder: SmallStack(folder, test=True, attached=True)) as site:
        site.up()
        with site.connect() as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{SMALL}'")
            connection.execute("GRANT CREATE ON TABLESPACE small TO hengyang_owner")
            connection.execute("SET ROLE hengyang_owner")
            for row in FACT_TABLES.values():
                connection.execute("SELECT attach_tablespace('small', %s::regclass)", (row.table,))
        site.start_ingest()
        yield site


def fill(connection: psycopg.Connection) -> None:
    """Takes all the room there is, down to the last page."""
    connection.execute("CREATE TABLE filler (stuff text) TABLESPACE small")
    connection.execute("ALTER TABLE filler ALTER stuff SET STORAGE PLAIN")
    for rows in (1000, 100, 10, 1):
        with suppress(psycopg.errors.DiskFull):
            while True:
                connection.execute(
                    "INSERT INTO filler SELECT repeat('x', 8000) FROM generate_series(1, %s)",
                    (rows,),
                )


def stored(site: Site) -> int:
    return int(site.figure("SELECT coalesce(sum(stored), 0) FROM counters"))


def test_ingest_waits_for_room_and_the_ledger_is_exact_afterwards(small_site: Site) -> None:
    with Loaded(small_site, mixed(sensors=30)) as load, small_site.connect() as connection:
        until(lambda: stored(small_site) > 100, "the first messages are stored")
        fill(connection)
        said = small_site.log("gateway-1")
        until(lambda: "No space left on device" in said.read_text(), "the disk is full")
        before, delivered = stored(small_site), load.delivered
        until(lambda: load.delivered > delivered + 300, "the broker goes on taking messages")
        assert stored(small_site) == before
        assert small_site.runs("gateway-1")
        connection.execute("DROP TABLE filler")
        connection.execute("CHECKPOINT")
        load.settle()
