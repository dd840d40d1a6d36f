"""`hengyang backup` and `hengyang restore`: the whole state in one file, and the way back."""

import os
import signal
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from center.errors import HengyangError
from center.settings import (
    DatabaseSettings,
    EvidenceSettings,
    MqttSettings,
    settings,
    stack_env_file,
    var_dir,
)
from deploy.backup import BackupError, Places
from deploy.backup import backup as make
from deploy.backup import restore as bring_back
from deploy.stack import StackError, environment

ADMIN = "HENGYANG_STACK_ADMIN_URL"


class BackupFailed(HengyangError):
    """The backup could not be made or brought back."""


def register(app: typer.Typer) -> None:
    """Adds both commands."""
    app.command()(backup)
    app.command()(restore)


def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write database, evidence and broker files into one file, while the system runs."""
    try:
        make(places(), file, _say)
    except (BackupError, StackError) as error:
        raise BackupFailed(str(error)) from error


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `hengyang backup` wrote.")],
    force: Annotated[bool, typer.Option(help="Replace a database that holds data.")] = False,
) -> None:
    """Bring a backup back into an empty database; no program may be connected to it."""
    try:
        bring_back(places(), file, force, _say)
    except (BackupError, StackError) as error:
        raise BackupFailed(str(error)) from error
    _reload_broker()


def places() -> Places:
    """Where this installation keeps its state."""
    databases = settings(DatabaseSettings)
    known = environment.read(stack_env_file())
    admin = os.environ.get(ADMIN) or (None if _own_servers() else known.get(ADMIN))
    return Places(
        database_url=str(databases.database_owner_url or databases.database_url),
        admin_url=admin,
        folders={"evidence": folder} if (folder := _evidence_folder()) else {},
        broker_files=settings(MqttSettings).mqtt_files_dir,
    )


def _own_servers() -> bool:
    try:
        return environment.names_own_servers()
    except StackError:
        return True  # Some are; then the local stack's superuser is none of theirs.


def _evidence_folder() -> Path | None:
    """None where evidence is in an object store, which has copies of its own."""
    url = settings(EvidenceSettings).evidence_url
    if url is None:
        return var_dir() / "evidence"
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Path(parts.path)
    _say(f"evidence is at {parts.scheme}: and not part of the backup")
    return None


def _reload_broker() -> None:
    pid_file = settings(MqttSettings).mqtt_pid_file
    if pid_file is not None and pid_file.exists():
        try:
            os.kill(int(pid_file.read_text()), signal.SIGHUP)
        except ProcessLookupError:
            return  # It reads its files when it starts.


def _say(text: str) -> None:
    typer.echo(f"backup: {text}", err=True)
