"""`hengyang openapi`: the API's document, for generated clients."""

import json

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(openapi)


def openapi() -> None:
    """Print the OpenAPI document."""
    from server.app import create_app

    typer.echo(json.dumps(create_app().openapi(), ensure_ascii=False, indent=2))
