"""`hengyang migrate`: brings the database to the newest schema."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(migrate)


def migrate() -> None:
    """Bring the database to the newest schema, as its owner. Safe to run again."""
    from center.settings import DatabaseSettings, settings
    from server.migrations import runner

    config = settings(DatabaseSettings)
    url = config.database_owner_url or config.database_url
    done = runner.migrate(url, lambda text: typer.echo(f"migrate: {text}"))
    typer.echo(f"migrate: {len(done)} steps done" if done else "migrate: nothing to do")
