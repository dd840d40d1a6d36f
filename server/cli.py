"""The command line `hengyang`: each sub-command is a module that registers itself."""

import sys
from importlib import import_module

import typer

from center.errors import HengyangError

# In the order of `hengyang --help`: what starts the whole, its parts, then tools. A module is
# imported only when the program runs, and its own heavy imports belong inside its functions.
COMMANDS = (
    "server.commands.up",
    "server.commands.stack",
    "server.commands.migrate",
    "server.commands.seed",
    "server.commands.api",
    "server.commands.ingest",
    "server.commands.worker",
    "server.commands.simulate",
    "server.commands.fleet",
    "server.commands.user",
    "server.commands.device",
    "server.commands.audit",
    "server.commands.openapi",
    "server.commands.asyncapi",
    "server.commands.doctor",
    "server.commands.bench",
)


def build() -> typer.Typer:
    """The application with every sub-command."""
    app = typer.Typer(
        name="hengyang",
        help="Digital Hengyang (数字衡阳): run it, look after it, measure it.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(lambda: None)
    for name in COMMANDS:
        import_module(name).register(app)
    return app


def main() -> None:
    """Entry of the program; an error of ours is one line and exit status 1."""
    try:
        build()()
    except HengyangError as error:
        typer.echo(f"hengyang: {error.detail}", err=True)
        sys.exit(1)
