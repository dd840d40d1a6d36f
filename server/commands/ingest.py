"""`hengyang ingest`: gateways and the warden."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(ingest)


def ingest(
    processes: Annotated[int, typer.Option(min=1, max=32, help="Gateways to run.")] = 1,
    warden: Annotated[bool, typer.Option(help="Run the warden too.")] = True,
) -> None:
    """Receive, commit and acknowledge what devices send, until Ctrl-C."""
    from center import logs
    from server.family import run_family

    roles = ["gateway"] * processes + ["warden"] * warden
    logs.configure("ingest")
    run_family("ingest", roles)
