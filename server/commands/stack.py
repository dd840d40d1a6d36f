"""`hengyang stack`: the local PostgreSQL, Redis and Mosquitto."""

from collections.abc import Callable
from functools import wraps

import typer

from center.errors import HengyangError
from center.settings import var_dir
from deploy.stack import LocalStack, StackError, table

group = typer.Typer(help="The local PostgreSQL, Redis and Mosquitto.", no_args_is_help=True)


class StackFailed(HengyangError):
    """The local stack failed."""


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="stack")


def plainly(command: Callable[..., None]) -> Callable[..., None]:
    """An error of the stack is one of ours: a message, no traceback."""

    @wraps(command)
    def run(*arguments: object, **options: object) -> None:
        try:
            command(*arguments, **options)
        except StackError as error:
            raise StackFailed(str(error)) from error

    return run


@group.command()
@plainly
def up() -> None:
    """Start the servers that do not run yet, and wait until they answer."""
    stack = LocalStack(var_dir())
    stack.up()
    typer.echo(table(stack.status()))
    typer.echo(f"addresses and passwords: {stack.env_file}")


@group.command()
@plainly
def down() -> None:
    """Stop the servers; their data stays."""
    LocalStack(var_dir()).down()


@group.command()
@plainly
def status() -> None:
    """Show each server with its port and process."""
    typer.echo(table(LocalStack(var_dir()).status()))


@group.command()
@plainly
def reset(yes: bool = typer.Option(False, "--yes", help="Really remove all data.")) -> None:
    """Stop the servers and remove every row and every password."""
    if not yes:
        raise StackFailed("This removes every row and every password. If you mean it, say --yes.")
    LocalStack(var_dir()).reset()
