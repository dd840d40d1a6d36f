"""`hengyang settings`: every setting with its default and its sentence."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(settings)


def settings() -> None:
    """Print every setting with its default and bounds, as Markdown."""
    from server.setting_list import markdown

    typer.echo(markdown(), nl=False)
