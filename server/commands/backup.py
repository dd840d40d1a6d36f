"""`hengyang backup` and `hengyang restore`: the whole state in one file, and the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from center.errors import HengyangError


class BackupFailed(HengyangError):
    """The backup could not be made or brought back."""


def register(app: typer.Typer) -> None:
    """Adds both commands."""
    app.command()(backup)
    app.command()(restore)


def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write database, evidence and broker files into one file, while the system runs."""
    from center.audit.service import audit
    from center.database import transaction
    from center.identity.caller import command_line
    from deploy.backup import backup as make
    from server.places import places

    with _plainly():
        make(places(), file, _say)
    with transaction() as session:
        audit(session, command_line(), "backup.make", "backup", file.name)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `hengyang backup` wrote.")],
    force: Annotated[bool, typer.Option(help="Replace a database that holds data.")] = False,
) -> None:
    """Bring a backup back into an empty database; no program may be connected to it."""
    from center.audit.restoring import note_restore
    from center.identity.caller import command_line
    from deploy.backup import restore as bring_back
    from server.places import places, reload_broker

    with _plainly():
        bring_back(places(), file, force, _say)
    reload_broker()
    if aside := note_restore(command_line(), file.name):
        _say(f"the audit anchors know another trail than this; they are now in {aside}")


@contextmanager
def _plainly() -> Iterator[None]:
    """Errors of backup and stack are ours: one line, no traceback."""
    from deploy.backup import BackupError
    from deploy.stack import StackError

    try:
        yield
    except (BackupError, StackError) as error:
        raise BackupFailed(str(error)) from error


def _say(text: str) -> None:
    typer.echo(f"backup: {text}", err=True)
