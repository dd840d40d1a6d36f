"""`hengyang worker`: periodic jobs and the outbox's relay."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(worker)


def worker() -> None:
    """Run periodic jobs and send events to the bus, until Ctrl-C. Any number may run."""
    from center import logs
    from server.worker import run_worker

    logs.configure("worker")
    run_worker()
