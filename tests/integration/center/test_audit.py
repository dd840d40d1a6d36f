"""The audit trail on the real database: nobody rewrites it, many may write it at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from center.audit.anchors import Anchors, anchor, read
from center.audit.service import audit, audit_alone
from center.audit.settings import AuditSettings
from center.audit.verification import Finding, verify
from center.database import transaction
from center.settings import settings
from server.cli import build
from tests.integration.audits import TEST, actions, findings, forge, write
from tests.integration.databases import Database
from tests.integration.http import Api, add_user


def roll_back_after_an_entry() -> None:
    with suppress(ZeroDivisionError), transaction() as doomed:
        audit(doomed, TEST, "test.write")
        doomed.flush()
        raise ZeroDivisionError


class TestPrivileges:
    """Nobody changes a row by accident, and no role of the program by intent."""

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"],
    )
    @pytest.mark.parametrize("role", ["app", "ingest", "owner"])
    def test_a_change_is_refused(self, database: Database, role: str, statement: str) -> None:
        write(1)
        with (
            psycopg.connect(getattr(database, role)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)

    def test_a_superuser_meets_the_trigger_too(self, owner: psycopg.Connection) -> None:
        write(1)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            owner.execute("DELETE FROM audit_log")


class TestWriting:
    """An entry shares the fate of its act."""

    def test_an_act_rolled_back_leaves_no_entry(self, session: Session) -> None:
        roll_back_after_an_entry()
        write(1)
        assert len(actions(session, "test.write")) == 1

    def test_entries_are_numbered_without_a_hole(self, session: Session) -> None:
        write(3)
        roll_back_after_an_entry()
        write(2)
        assert [entry.seq for entry in actions(session, "test.write")] == [1, 2, 3, 4, 5]

    def test_many_writers_at_once_keep_the_chain(self, session: Session) -> None:
        def several(writer: int) -> None:
            for number in range(20):
                with transaction() as own:
                    audit(own, TEST, "test.write", "thing", f"{writer}-{number}")
                    audit(own, TEST, "test.write", "thing", f"{writer}-{number}b")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(several, range(8)))
        assert len(actions(session, "test.write")) == 8 * 20 * 2
        assert findings(session) == []

    def test_the_lock_is_not_held_while_the_act_goes_on(self, database: Database) -> None:
        with transaction() as slow:
            audit(slow, TEST, "test.slow")
            slow.execute(sa.text("SELECT 1"))
            audit_alone(TEST, "test.quick")

    def test_a_savepoint_rolled_back_takes_its_entries_along(self, session: Session) -> None:
        audit(session, TEST, "test.write", "thing", "before")
        savepoint = session.begin_nested()
        audit(session, TEST, "test.write", "thing", "inside")
        savepoint.rollback()
        with session.begin_nested():
            audit(session, TEST, "test.write", "thing", "released")
        session.commit()
        things = [entry.object_id for entry in actions(session, "test.write")]
        assert things == ["before", "released"]

    def test_one_session_may_write_in_several_transactions(self, session: Session) -> None:
        for number in range(3):
            audit(session, TEST, "test.write", "thing", number)
            session.commit()
        audit(session, TEST, "test.write", "thing", "rolled back")
        session.rollback()
        session.commit()
        assert len(actions(session, "test.write")) == 3

    @hypothesis_settings(max_examples=40)
    @given(
        detail=st.dictionaries(
            st.text(max_size=5).filter(lambda key: key.isidentifier()),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: (
                    st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
                ),
                max_leaves=8,
            ),
            max_size=3,
        ),
        words=st.text(max_size=20),
    )
    def test_any_detail_verifies_after_the_way_through_the_database(
        self, session: Session, detail: dict[str, Any], words: str
    ) -> None:
        names = ("session", "caller", "action", "object_type", "object_id", "result")
        allowed = {key: value for key, value in detail.items() if key not in names}
        audit(session, TEST, "test.write", "thing", words, **allowed)
        session.commit()
        assert findings(session) == []


class TestTampering:
    """Whoever gets past all that leaves a mark."""

    def test_a_changed_row_is_found(self, session: Session, owner: psycopg.Connection) -> None:
        write(5)
        forge(owner, "UPDATE audit_log SET actor = 'somebody else' WHERE seq = 3")
        assert findings(session) == [Finding("changed", 3, 3)]

    def test_a_removed_row_is_found(self, session: Session, owner: psycopg.Connection) -> None:
        write(5)
        forge(owner, "DELETE FROM audit_log WHERE seq = 3")
        assert findings(session) == [Finding("missing", 3, 3)]

    def test_a_cut_tail_is_found_by_the_anchor(
        self, session: Session, owner: psycopg.Connection
    ) -> None:
        write(5)
        anchor(session)
        session.commit()
        forge(owner, "DELETE FROM audit_log WHERE seq > 3")
        write(1)  # a new fourth row hides the cut from the numbers alone
        assert findings(session) == []
        result = CliRunner().invoke(build(), ["audit", "verify"])
        assert result.exit_code == 1
        assert "entry 5: missing: the tail was cut" in result.output


class TestAnchors:
    """The head of the chain outside the database."""

    def test_an_anchor_is_written_once_for_a_head(self, session: Session, tmp_path: Path) -> None:
        assert anchor(session) is None
        write(2)
        made = anchor(session)
        assert anchor(session) == made
        write(1)
        anchor(session)
        path = settings(AuditSettings).anchors
        assert [item.seq for item in read(path).items] == [2, 3]
        assert path.stat().st_mode & 0o777 == 0o600
        assert json.loads(path.read_text().splitlines()[0])["count"] == 2

    @pytest.mark.parametrize(
        "spoilt", [b'{"seq": 1}\n', b'{"seq": "x', b"\xff\xfe\n", b"[]\n", b"null"]
    )
    def test_a_spoilt_line_is_a_finding_and_anchoring_goes_on(
        self, session: Session, spoilt: bytes
    ) -> None:
        write(2)
        first = anchor(session)
        path = settings(AuditSettings).anchors
        with path.open("ab") as file:
            file.write(spoilt)
        write(1)
        second = anchor(session)
        assert read(path) == Anchors([first, second], [2])
        assert verify(session, read(path)).findings == [Finding("spoilt", 2, 2)]

    def test_a_spoilt_line_does_not_stop_the_auditor(self, client: Api) -> None:
        path = settings(AuditSettings).anchors
        path.parent.mkdir()
        path.write_bytes(b"somebody was here")
        answer = client.as_role("auditor").post("/api/v1/audit/verify")
        assert answer.status_code == 200, answer.text
        assert [item["kind"] for item in answer.json()["findings"]] == ["spoilt"]

    def test_a_file_that_cannot_be_read_is_a_problem_and_no_traceback(self, client: Api) -> None:
        settings(AuditSettings).anchors.mkdir(parents=True)
        answer = client.as_role("auditor").post("/api/v1/audit/verify")
        assert (answer.status_code, answer.json()["code"]) == (503, "disk_refuses")


class TestCommand:
    """`hengyang audit verify`."""

    def test_an_untouched_trail_exits_with_0_and_is_anchored(self, session: Session) -> None:
        write(3)
        result = CliRunner().invoke(build(), ["audit", "verify"])
        assert result.exit_code == 0
        assert [item.seq for item in read(settings(AuditSettings).anchors).items] == [3]
        (entry,) = actions(session, "audit.verify")
        assert (entry.actor[:12], entry.result) == ("command line", "ok")
        assert "3 entries are untouched" in result.output

    def test_a_tampered_trail_exits_with_1_and_is_not_anchored(
        self, session: Session, owner: psycopg.Connection
    ) -> None:
        write(3)
        forge(owner, "UPDATE audit_log SET result = 'refused' WHERE seq = 2")
        result = CliRunner().invoke(build(), ["audit", "verify"])
        assert result.exit_code == 1
        assert "entry 2" in result.output
        assert read(settings(AuditSettings).anchors) == Anchors()
        assert actions(session, "audit.verify")[0].result == "failed"


class TestReading:
    """`GET /audit`, for the auditor."""

    def test_filters_and_pages(self, client: Api) -> None:
        auditor = client.as_role("auditor")
        write(12)
        query = {"action": "test.", "limit": 5}
        first = auditor.get("/api/v1/audit", params=query).json()
        second = auditor.get("/api/v1/audit", params=query | {"after": first["next"]}).json()
        numbers = [item["object_id"] for item in first["items"] + second["items"]]
        assert numbers == [str(number) for number in range(11, 1, -1)]

    @pytest.mark.parametrize(
        "query",
        [
            {"result": "perhaps"},
            {"start": "yesterday"},
            {"start": "2026-11-22T00:00:00"},
            {"start": "99999-01-01T00:00:00Z"},
            {"actor": "x" * 300},
            {"limit": 100_000},
        ],
    )
    def test_a_bad_query_is_refused(self, client: Api, query: dict[str, str]) -> None:
        answer = client.as_role("auditor").get("/api/v1/audit", params=query)
        assert answer.status_code == 422

    def test_a_refusal_is_on_record(self, client: Api) -> None:
        user = add_user("operator")
        client.log_in(user.username).get("/api/v1/users")
        query = {"action": "request.refuse"}
        items = client.as_role("auditor").get("/api/v1/audit", params=query).json()["items"]
        assert [(item["actor"], item["object_id"], item["result"]) for item in items] == [
            (user.username, "GET /api/v1/users", "refused")
        ]
        assert items[0]["detail"] == {"missing": ["users:read"]}

    def test_equal_refusals_in_a_minute_are_one_entry(self, client: Api) -> None:
        curious = client.as_role("operator")
        assert [curious.get("/api/v1/users").status_code for _ in range(20)] == [403] * 20
        curious.get("/api/v1/audit")
        query = {"action": "request.refuse"}
        items = client.as_role("auditor").get("/api/v1/audit", params=query).json()["items"]
        assert [item["object_id"] for item in items] == ["GET /api/v1/audit", "GET /api/v1/users"]

    def test_the_auditor_verifies_by_a_click(self, client: Api, owner: psycopg.Connection) -> None:
        auditor = client.as_role("auditor")
        assert auditor.post("/api/v1/audit/verify").json()["ok"] is True
        forge(owner, "UPDATE audit_log SET actor = 'x' WHERE seq = 1")
        verdict = auditor.post("/api/v1/audit/verify").json()
        assert verdict["ok"] is False
        assert verdict["findings"][0]["kind"] == "changed"
