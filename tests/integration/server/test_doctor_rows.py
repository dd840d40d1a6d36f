"""The doctor's rows of the program: jobs that fail and anchors that grow old are told."""

from datetime import timedelta

import psycopg
import pytest

from center.audit.anchors import Anchor, append
from center.audit.settings import AuditSettings
from center.clock import now
from center.settings import settings
from deploy.doctor import examine
from server.doctor import program_checks


def said(name: str) -> tuple[bool, str]:
    (finding,) = examine(check for check in program_checks() if check.name == name)
    return finding.good, finding.said


def test_a_job_that_failed_is_told(database, owner: psycopg.Connection) -> None:
    assert said("jobs") == (True, "none failed within a day")
    owner.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'audit.anchor')"
    )
    for status in ("doing", "failed"):
        owner.execute("UPDATE procrastinate_jobs SET status = %s", [status])
    assert said("jobs") == (False, "1 failed within a day")


@pytest.mark.parametrize(("days", "good"), [(0, True), (3, False)])
def test_the_age_of_the_newest_anchor_is_told(database, days: int, good: bool) -> None:
    assert said("audit anchors") == (True, "none yet")
    time = (now() - timedelta(days=days, minutes=1)).isoformat()
    append(settings(AuditSettings).anchors, Anchor(time, 1, "0" * 64, 1))
    found, words = said("audit anchors")
    assert found is good
    assert "old" in words


def test_spoilt_anchors_are_told(database) -> None:
    path = settings(AuditSettings).anchors
    path.parent.mkdir()
    path.write_text("no anchor")
    assert said("audit anchors")[0] is False
