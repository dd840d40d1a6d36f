"""A backup brought back into an empty stack gives the same rows."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from deploy.backup import Places, Tree, backup, database, restore
from deploy.backup.errors import BackupError, InUse, NotEmpty, Spoilt
from deploy.stack import LocalStack
from tests.integration.certificates import made_for_itself
from tests.integration.databases import Cloner, Database
from tests.integration.patience import wait_for

SAMPLE = """
    CREATE TABLE sample (at timestamptz NOT NULL, place geography(Point, 4326), value numbers,
        seen int8multirange, id bigint GENERATED ALWAYS AS IDENTITY);
    SELECT create_hypertable('sample', by_range('at', INTERVAL '1 day'));
    CREATE SEQUENCE numbers_drawn;
    GRANT SELECT ON sample TO hengyang_app;
    INSERT INTO sample (at, place, value, seen)
    SELECT '2026-11-01Z'::timestamptz + n * INTERVAL '1 hour', ST_Point(112.6, 26.9), n,
        int8multirange(int8range(0, n))
    FROM generate_series(1, 200) n;
    SELECT setval('numbers_drawn', 4711);
""".replace("value numbers", "value double precision")
TABLES = """
    SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema IN ('public') ORDER BY 1
"""


def silent(_text: str) -> None:
    return


def contents(url: str) -> dict[str, Any]:
    """Every row of every table, and where the sequences stand."""
    with psycopg.connect(url) as connection:
        names = [row[0] for row in connection.execute(TABLES).fetchall()]
        rows = {
            name: sorted(map(str, connection.execute(f"SELECT * FROM {name}").fetchall()))
            for name in names
        }
        sequences = "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"
        return {**rows, "sequences": connection.execute(sequences).fetchall()}


@pytest.fixture
def full(stack: LocalStack, cloner: Cloner, tmp_path: Path) -> Iterator[Places]:
    """A migrated database with rows, evidence and a device's account in it."""
    made: Database = cloner.clone()
    with psycopg.connect(made.admin, autocommit=True) as connection:
        connection.execute("SET ROLE hengyang_owner")
        connection.execute(SAMPLE)
    evidence, broker = tmp_path / "evidence", tmp_path / "broker"
    (evidence / "ab").mkdir(parents=True)
    (evidence / "ab/picture").write_bytes(b"picture")
    broker.mkdir()
    (broker / "passwd.service").write_text("ingest:old\nload:old\n")
    (broker / "passwd").write_text("ingest:old\nload:old\nS-1:hash\n")
    (broker / "acl").write_text("pattern read hy/v1/+/%u/command\n")
    yield Places(made.owner, made.admin, {"evidence": Tree(evidence)}, broker, tmp_path / "work")
    cloner.drop(made)


@pytest.fixture
def empty(full: Places, tmp_path: Path) -> Iterator[Places]:
    """A database with nothing but extensions, on the same server under another name."""
    name = "restored"
    assert full.admin_url is not None
    admin = make_conninfo(full.admin_url, dbname="postgres")
    broker = tmp_path / "broker-of-the-new"
    broker.mkdir()
    (broker / "passwd.service").write_text("ingest:new\nload:new\n")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER hengyang_owner")
    url = full.admin_url.rpartition("/")[0]
    evidence = tmp_path / "evidence-of-the-new"
    owner = full.database_url.rpartition("/")[0] + f"/{name}"
    trees = {"evidence": Tree(evidence)}
    yield Places(owner, f"{url}/postgres", trees, broker, tmp_path / "work")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def file(full: Places, tmp_path: Path) -> Path:
    backup(full, tmp_path / "backup", silent)
    return tmp_path / "backup"


def test_a_database_with_data_is_not_overwritten(full: Places, file: Path) -> None:
    with pytest.raises(NotEmpty, match="say --force"):
        restore(full, file, force=False, say=silent)


def test_a_database_in_use_is_not_overwritten(full: Places, file: Path) -> None:
    with (
        psycopg.connect(full.dump_url, application_name="hengyang-api"),
        pytest.raises(InUse, match="hengyang-api"),
    ):
        restore(full, file, force=True, say=silent)


def test_a_spoilt_backup_touches_nothing(full: Places, file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[2_000] ^= 1
    file.write_bytes(content)
    before = contents(full.dump_url)
    with pytest.raises(Spoilt):
        restore(full, file, force=True, say=silent)
    assert contents(full.dump_url) == before


def test_a_restore_that_has_no_room_is_refused_in_plain_words(empty: Places, file: Path) -> None:
    nowhere = Path("/dev/full")
    for places in (
        replace(empty, work_dir=nowhere),
        replace(empty, trees={"evidence": Tree(nowhere)}),
    ):
        with pytest.raises(BackupError, match="/dev/full"):
            restore(places, file, force=True, say=silent)


def test_a_server_that_speaks_no_tls_gets_no_backup_where_tls_is_asked_for(
    full: Places, tmp_path: Path
) -> None:
    with_tls = {"sslmode": "require"}
    asking = replace(
        full,
        database_url=make_conninfo(full.database_url, **with_tls),
        admin_url=make_conninfo(full.admin_url or "", **with_tls),
    )
    with pytest.raises(BackupError, match="SSL"):
        backup(asking, tmp_path / "backup", silent)


def test_a_backup_comes_from_the_server_that_its_certificate_proves(
    stack: LocalStack, full: Places, tmp_path: Path
) -> None:
    data = stack.dir / "postgres/data"
    certificate = made_for_itself(data / "server.crt", data / "server.key")
    with psycopg.connect(full.admin_url or "", autocommit=True) as server:
        try:
            server.execute("ALTER SYSTEM SET ssl = on")
            server.execute("SELECT pg_reload_conf()")
            with_tls = {"sslmode": "verify-full", "sslrootcert": str(certificate)}
            url = make_conninfo(full.admin_url or "", **with_tls)
            wait_for(lambda: speaks_tls(url))
            backup(replace(full, admin_url=url), tmp_path / "backup", silent)
            strange = made_for_itself(tmp_path / "strange.crt", tmp_path / "strange.key")
            deceived = make_conninfo(url, sslrootcert=str(strange))
            with pytest.raises(BackupError, match="certificate verify failed"):
                database.dump(deceived, tmp_path / "dump")
        finally:
            server.execute("ALTER SYSTEM RESET ssl")
            server.execute("SELECT pg_reload_conf()")


def speaks_tls(url: str) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
        return connection.pgconn.ssl_in_use
    return False


def test_a_restore_without_a_superuser_is_refused(empty: Places, file: Path) -> None:
    poor = replace(empty, admin_url=None, broker_files=None)
    with pytest.raises(BackupError, match="HENGYANG_STACK_ADMIN_URL"):
        restore(poor, file, force=False, say=silent)


def test_a_backup_restored_into_an_empty_database_gives_the_same_rows(
    full: Places, empty: Places, file: Path
) -> None:
    restore(empty, file, force=False, say=silent)
    assert contents(empty.dump_url) == contents(full.dump_url)
    assert (empty.trees["evidence"].folder / "ab/picture").read_bytes() == b"picture"
    assert empty.broker_files is not None
    accounts = (empty.broker_files / "passwd").read_text().splitlines()
    assert accounts == ["ingest:new", "load:new", "S-1:hash"]
    assert list(empty.work_dir.iterdir()) == []


def test_a_restored_hypertable_goes_on_working(full: Places, empty: Places, file: Path) -> None:
    restore(empty, file, force=False, say=silent)
    with psycopg.connect(empty.database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO sample (at, value) VALUES ('2027-01-01Z', 1)")
        chunks = connection.execute("SELECT count(*) FROM show_chunks('sample')").fetchone()
        assert chunks is not None
        assert chunks[0] >= 10
        connection.execute("SELECT drop_chunks('sample', '2026-11-05Z'::timestamptz)")
        row = connection.execute("SELECT nextval('numbers_drawn'), max(id) FROM sample").fetchone()
        assert row == (4712, 201)


def test_a_forced_restore_replaces_what_came_later(full: Places, file: Path) -> None:
    before = contents(full.dump_url)
    with psycopg.connect(full.database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM sample WHERE value > 100")
    restore(full, file, force=True, say=silent)
    assert contents(full.dump_url) == before


def test_the_owner_alone_can_make_a_backup(full: Places, empty: Places, tmp_path: Path) -> None:
    poor = replace(full, admin_url=None, broker_files=None)
    backup(poor, tmp_path / "by-owner", silent)
    restore(empty, tmp_path / "by-owner", force=False, say=silent)
    assert contents(empty.dump_url) == contents(full.dump_url)
