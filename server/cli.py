"""The command line `hengyang`: each sub-command is a module that registers itself."""

import sys
from importlib import import_module

import typer
from pydantic import ValidationError

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
    "server.commands.rules",
    "server.commands.video",
    "server.commands.worker",
    "server.commands.simulate",
    "server.commands.fleet",
    "server.commands.world",
    "server.commands.user",
    "server.commands.device",
    "server.commands.gis",
    "server.commands.backup",
    "server.commands.audit",
    "server.commands.settings",
    "server.commands.openapi",
    "server.commands.asyncapi",
    "server.commands.live_schema",
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
    """Entry of the program; an error that a person can mend is one line and exit status 1."""
    try:
        build()()
    except Exception as error:
        words = explain(error)
        if words is None:
            raise
        typer.echo(f"hengyang: {words}", err=True)
        sys.exit(1)


def explain(error: Exception) -> str | None:
    """What is wrong in plain words; None where only the traceback tells."""
    if isinstance(error, HengyangError):
        return error.detail
    if isinstance(error, ValidationError):
        names = ", ".join(
            f"HENGYANG_{'.'.join(map(str, e['loc']))}".upper() for e in error.errors()
        )
        return f"settings are missing or wrong: {names}. Run `hengyang stack up`, or set them."
    from center.problems import RequestFailed, translate

    translated = translate(error)
    if isinstance(translated, RequestFailed):
        return None
    return f"{translated.detail} ({_first_line(error)})"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
