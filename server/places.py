"""Where this installation keeps its state, for backup and restore."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from center.audit.settings import AuditSettings
from center.settings import (
    DatabaseSettings,
    EvidenceSettings,
    MqttSettings,
    settings,
    stack_env_file,
    var_dir,
)
from deploy.backup import Places, Tree
from deploy.stack import StackError, environment

ADMIN = "HENGYANG_STACK_ADMIN_URL"


def places() -> Places:
    """The database and its superuser, the folders, the broker's files."""
    databases = settings(DatabaseSettings)
    return Places(
        database_url=str(databases.database_owner_url or databases.database_url),
        admin_url=_admin_url(),
        trees=_trees(),
        broker_files=settings(MqttSettings).mqtt_files_dir,
        work_dir=var_dir(),
    )


def reload_broker() -> None:
    """Have a running broker read its files again; one that does not run reads them at its start."""
    pid_file = settings(MqttSettings).mqtt_pid_file
    if pid_file is not None and pid_file.exists():
        with suppress(ProcessLookupError):
            os.kill(int(pid_file.read_text()), signal.SIGHUP)


def _admin_url() -> str | None:
    """The superuser that is named, or the local stack's own where the local stack is used."""
    try:
        local = not environment.names_own_servers()
    except StackError:
        local = False  # Some servers are the city's own: the stack's superuser is none of theirs.
    known = environment.read(stack_env_file()) if local else {}
    return os.environ.get(ADMIN) or known.get(ADMIN)


def _trees() -> dict[str, Tree]:
    evidence, anchors = _evidence_folder(), settings(AuditSettings).anchors
    audit = {"audit": Tree(anchors.parent, {anchors.name})}
    return audit if evidence is None else {"evidence": Tree(evidence), **audit}


def _evidence_folder() -> Path | None:
    """None where evidence is in an object store, which keeps copies of its own."""
    url = settings(EvidenceSettings).evidence_url
    if url is None:
        return var_dir() / "evidence"
    parts = urlsplit(url)
    return Path(parts.path) if parts.scheme == "file" else None
