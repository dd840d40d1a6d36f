"""`hengyang live-schema`: the document of the live feed, for its clients."""

import json
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(live_schema)


def live_schema(
    types: Annotated[
        bool, typer.Option("--typescript", help="The types of the web's client instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of what viewers and the live feed say to each other."""
    from server.live.document import document
    from server.live.typescript import typescript

    made = document()
    text = typescript(made) if types else json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    typer.echo(text, nl=False)
