"""The doctor's rows of the program: jobs that fail and anchors that are spoilt are told."""

import psycopg

from center.audit.settings import AuditSettings
from center.settings import settings
from deploy.doctor import examine
from server import vitals


def said(name: str) -> tuple[bool, str]:
    (finding,) = examine(check for check in vitals.checks() if check.name == name)
    return finding.good, finding.said


def test_a_job_that_failed_is_told(database, owner: psycopg.Connection) -> None:
    assert said("jobs") == (True, "none failed within a day")
    owner.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'audit.anchor')"
    )
    for status in ("doing", "failed"):
        owner.execute("UPDATE procrastinate_jobs SET status = %s", [status])
    assert said("jobs") == (False, "1 failed within a day")


def test_spoilt_anchors_are_told(database) -> None:
    path = settings(AuditSettings).anchors
    path.parent.mkdir()
    path.write_text("no anchor")
    assert said("audit anchors")[0] is False
