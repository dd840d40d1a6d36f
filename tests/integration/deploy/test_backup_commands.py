"""`hengyang backup` and `restore` on the program's own settings."""

from pathlib import Path

import psycopg
import pytest

from server.commands.backup import BackupFailed, backup, restore
from server.places import ADMIN, places
from tests.integration.databases import Database


@pytest.fixture
def admin(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv(ADMIN, database.admin)
    return database


def test_a_folder_that_is_not_there_is_named(admin: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="There is no folder"):
        backup(tmp_path / "missing/backup")


def test_a_restore_over_data_is_refused_plainly(admin: Database, tmp_path: Path) -> None:
    backup(tmp_path / "backup")
    with pytest.raises(BackupFailed, match="say --force"):
        restore(tmp_path / "backup")


def test_a_forced_restore_brings_the_rows_back(admin: Database, tmp_path: Path) -> None:
    count = "SELECT count(*) FROM quantities"
    with psycopg.connect(admin.owner) as connection:
        before = connection.execute(count).fetchone()
    backup(tmp_path / "backup")
    with psycopg.connect(admin.owner) as connection:
        connection.execute("DELETE FROM device_models; DELETE FROM quantities")
    restore(tmp_path / "backup", force=True)
    with psycopg.connect(admin.owner) as connection:
        assert connection.execute(count).fetchone() == before


def test_evidence_and_anchors_are_where_the_program_keeps_them(admin: Database) -> None:
    trees = places().trees
    assert set(trees) == {"evidence", "audit"}
    assert trees["audit"].only == {"anchors.jsonl"}
