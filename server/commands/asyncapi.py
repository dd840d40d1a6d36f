"""`hengyang asyncapi`: the wire's document, for makers of devices."""

import json

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(asyncapi)


def asyncapi() -> None:
    """Print the AsyncAPI document of what devices and the centre say to each other."""
    from ingest.document import document

    typer.echo(json.dumps(document(), ensure_ascii=False, indent=2))
