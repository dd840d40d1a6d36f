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
    from ingest.processes import run_gateway, run_warden
    from server.family import run_family

    logs.configure("ingest")
    gateways = {f"gateway-{number}": run_gateway for number in range(1, processes + 1)}
    run_family(gateways | ({"warden": run_warden} if warden else {}))
