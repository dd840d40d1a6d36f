"""`hengyang backup` and `restore` on the program's own settings."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from center.audit.anchors import Anchor, anchor_now, append, read
from center.audit.settings import AuditSettings
from center.database import forget_connections, transaction
from center.settings import settings
from server.cli import build
from server.commands.backup import BackupFailed, backup, restore
from server.places import ADMIN, places
from tests.integration.audits import actions, forge, write
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
    forget_connections()
    restore(tmp_path / "backup", force=True)
    with psycopg.connect(admin.owner) as connection:
        assert connection.execute(count).fetchone() == before


class TestTrail:
    """The audit trail over a backup and a restore."""

    @pytest.fixture
    def older(self, admin: Database, tmp_path: Path) -> Path:
        """A backup of a trail that went on afterwards and was anchored then."""
        write(3)
        file = tmp_path / "backup"
        backup(file)
        write(4)
        anchor_now()
        return file

    def test_a_cut_tail_shows_without_a_restore(
        self, older: Path, owner: psycopg.Connection
    ) -> None:
        forge(owner, "DELETE FROM audit_log WHERE seq > 3")
        assert "the tail was cut" in CliRunner().invoke(build(), ["audit", "verify"]).output

    def test_both_are_on_record_and_the_trail_is_in_order(
        self, older: Path, session: Session
    ) -> None:
        assert [entry.object_id for entry in actions(session, "backup.make")] == ["backup"]
        session.close()
        forget_connections()
        restore(older, force=True)
        with transaction() as again:
            (entry,) = actions(again, "backup.restore")
            assert entry.actor.startswith("command line")
            assert entry.detail == {"newest_anchored": 8}
        verified = CliRunner().invoke(build(), ["audit", "verify"])
        assert verified.exit_code == 0, verified.output

    def test_anchors_of_another_trail_are_set_aside(self, older: Path) -> None:
        path = settings(AuditSettings).anchors
        append(path, Anchor("2026-11-22T00:00:00+00:00", 2, "0" * 64, 2))
        forget_connections()
        restore(older, force=True)
        assert CliRunner().invoke(build(), ["audit", "verify"]).exit_code == 0
        (aside,) = path.parent.glob("anchors-until-*.jsonl")
        assert len(read(aside).items) == 2


def test_evidence_and_anchors_are_where_the_program_keeps_them(admin: Database) -> None:
    trees = places().trees
    assert set(trees) == {"evidence", "audit"}
    assert trees["audit"].only == {"anchors.jsonl"}
