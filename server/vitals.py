"""Checks of our own programs: whether they run, their port, and where they keep what they prove."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from center.audit import anchors
from center.audit.settings import AuditSettings
from center.clock import now
from center.database import reading
from center.evidence.store import store
from center.processes.service import processes
from center.settings import ApiSettings, EvidenceSettings, settings, var_dir
from deploy.doctor import Check, Trouble, free
from deploy.stack.ports import is_free, listener
from server.system.repository import waiting

# Kind among the processes: what it is called, and the command that starts it.
PROGRAMS = {
    "ingest": ("ingest", "hengyang ingest"),
    "warden": ("warden", "hengyang ingest"),
    "worker": ("worker", "hengyang worker"),
    "rules": ("rules", "hengyang rules"),
    "video": ("video", "hengyang video"),
    "api": ("API", "hengyang api"),
}
UNANCHORED = timedelta(days=2)  # the worker anchors daily


def checks() -> list[Check]:
    """The rows, those of running programs first."""
    return [
        *(
            Check(name, partial(_running, kind), f"Start it: {command} (or all: hengyang up)")
            for kind, (name, command) in PROGRAMS.items()
        ),
        Check("port of the API", _api_port, "End the other program, or set HENGYANG_API_PORT."),
        Check("jobs", _jobs, "Read why: var/log/worker.log"),
        Check("evidence store", _evidence, "Mend the folder, or HENGYANG_EVIDENCE_URL."),
        Check("audit anchors", _anchors, "Run hengyang audit verify; then look at the worker."),
    ]


def _running(kind: str) -> str:
    with _asking() as session:
        found = [process for process in processes(session) if process.kind == kind]
    states = [process.state for process in found]
    if "running" not in states:
        lost = [f"{process.name} on {process.host}" for process in found if process.state == "lost"]
        raise Trouble(f"lost: {', '.join(lost)}" if lost else "none runs")
    return f"{states.count('running')} running"


@contextmanager
def _asking() -> Iterator[Session]:
    try:
        with reading() as session:
            yield session
    except (ValidationError, SQLAlchemyError) as error:
        raise Trouble("the database, which would know, cannot be asked") from error


def _api_port() -> str:
    address = settings(ApiSettings)
    pid = None if is_free(address.api_port, address.api_host) else listener(address.api_port)
    if pid is not None and _is_our_api(pid):
        return f"{address.api_port}, held by the API (process {pid})"
    return free(address.api_port, address.api_host)


def _is_our_api(pid: int) -> bool:
    """Whether it is the HTTP server of this very installation."""
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    serves = [Path(word).name for word in words[1:3]] == ["hengyang", "api"]
    return serves and Path(words[0]).is_relative_to(sys.prefix)


def _jobs() -> str:
    with _asking() as session:
        [failed] = [queue for queue in waiting(session, 1) if queue.name == "jobs_failed"]
    if failed.length:
        raise Trouble(f"{failed.length} failed within a day")
    return "none failed within a day"


def _evidence() -> str:
    url, folder = settings(EvidenceSettings).evidence_url, var_dir() / "evidence"
    if url is None and not folder.exists():
        return "not there yet"
    store().try_out()
    return url or str(folder)


def _anchors() -> str:
    known = anchors.read(settings(AuditSettings).anchors)
    if known.spoilt:
        raise Trouble(f"{len(known.spoilt)} lines of the file are spoilt")
    last = known.items[-1].seq if known.items else 0
    unanchored = sa.text("SELECT count(*) FROM audit_log WHERE seq > :last AND time < :before")
    with _asking() as session:
        late = session.scalar(unanchored, {"last": last, "before": now() - UNANCHORED})
    if late:
        raise Trouble(f"{late:,} entries of the audit trail are older than two days and unanchored")
    return f"{len(known.items):,}, the newest at entry {last:,}"
