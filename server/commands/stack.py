"""`hengyang stack`: the local PostgreSQL, Redis and Mosquitto."""

from collections.abc import Callable
from functools import wraps

import typer

from center.errors import HengyangError
from center.settings import var_dir

group = typer.Typer(help="The local PostgreSQL, Redis and Mosquitto.", no_args_is_help=True)


class StackTrouble(HengyangError):
    """The local stack failed."""


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="stack")


def plainly(command: Callable[..., None]) -> Callable[..., None]:
    """An error of the stack is one of ours: a message, no traceback."""

    @wraps(command)
    def run(*arguments: object, **options: object) -> None:
        from deploy.stack import StackError

        try:
            command(*arguments, **options)
        except StackError as error:
            raise StackTrouble(str(error)) from error

    return run


@group.command()
@plainly
def up() -> None:
    """Start the servers that do not run yet, and wait until they answer."""
    from deploy.stack import LocalStack, table

    stack = LocalStack(var_dir())
    stack.up()
    typer.echo(table(stack.status()))
    typer.echo(f"addresses and passwords: {stack.env_file}")


@group.command()
@plainly
def down() -> None:
    """Stop the servers; their data stays."""
    from deploy.stack import LocalStack

    LocalStack(var_dir()).down()


@group.command()
@plainly
def status() -> None:
    """Show each server with its port and process."""
    from deploy.stack import LocalStack, table

    typer.echo(table(LocalStack(var_dir()).status()))


@group.command()
@plainly
def reset(yes: bool = typer.Option(False, "--yes", help="Really remove all data.")) -> None:
    """Stop the servers and remove every row and every password."""
    from deploy.stack import LocalStack

    if not yes:
        raise StackTrouble("This removes every row and every password. If you mean it, say --yes.")
    LocalStack(var_dir()).reset()
