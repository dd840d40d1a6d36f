"""`hengyang stack`: the local PostgreSQL, Redis, Mosquitto and RTSP server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from center.errors import HengyangError

if TYPE_CHECKING:
    from deploy.stack import LocalStack

group = typer.Typer(
    help="The local PostgreSQL, Redis, Mosquitto and RTSP server.", no_args_is_help=True
)


class StackFailed(HengyangError):
    """The local stack failed."""


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(group, name="stack")


@group.command()
def up() -> None:
    """Start the servers that do not run yet, and wait until they answer."""
    with _stack() as stack:
        stack.up()
        typer.echo(stack.table())
        typer.echo(f"addresses and passwords: {stack.env_file}")


@group.command()
def down() -> None:
    """Stop the servers; their data stays."""
    with _stack() as stack, stack.unused():
        stack.down()


@group.command()
def status() -> None:
    """Show each server with its port and process."""
    with _stack() as stack:
        typer.echo(stack.table())


@group.command()
def reset(yes: bool = typer.Option(False, "--yes", help="Really remove all data.")) -> None:
    """Stop the servers and remove every row and every password."""
    if not yes:
        raise StackFailed("This removes every row and every password. If you mean it, say --yes.")
    from center.audit.anchors import set_aside
    from center.audit.settings import AuditSettings
    from center.settings import settings

    with _stack() as stack, stack.unused():
        stack.reset()
    # The next trail begins at 1: to these anchors it would be one that was written anew.
    if aside := set_aside(settings(AuditSettings).anchors):
        typer.echo(f"stack: the anchors of the old audit trail are now in {aside}")


@contextmanager
def _stack() -> Iterator["LocalStack"]:
    """The stack of this checkout; its errors become one plain line."""
    from center.settings import var_dir
    from deploy.stack import LocalStack, StackError

    try:
        yield LocalStack(var_dir())
    except StackError as error:
        raise StackFailed(str(error)) from error
