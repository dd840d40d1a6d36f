"""`hengyang api`: the HTTP server."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(api)


def api(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; default from the settings.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; default from the settings.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="Share the port; default from the settings.")
    ] = None,
) -> None:
    """Serve the API and the web pages, until Ctrl-C."""
    from center.settings import ApiSettings, settings
    from server.serving import serve

    config = settings(ApiSettings)
    serve(host or config.api_host, port or config.api_port, processes or config.api_processes)
