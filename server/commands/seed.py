"""`hengyang seed`: what every city needs in its database before the first device and user."""

from importlib import import_module
from typing import Annotated

import typer

# Each has `seed(session)`, may be called again and leaves alone what is there; in order, since
# later ones may refer to earlier ones.
SEEDS = ("center.identity.seed", "gis.seed", "cityops.rules.seed", "traffic.seed")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(seed)


def seed(
    demo: Annotated[
        bool, typer.Option("--demo", help="First users may keep their generated passwords.")
    ] = False,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Bring the database to the newest schema first.")
    ] = False,
) -> None:
    """Put in roles, first users and other basic data. Safe to run again."""
    from center.database import name_process, transaction
    from center.identity.seed import let_stay
    from server.commands import migrate as schema

    if migrate:
        schema.migrate()
    name_process("seed")
    for name in SEEDS:
        with transaction() as session:
            import_module(name).seed(session)
        typer.echo(f"seed: {name} done")
    if demo:
        with transaction() as session:
            let_stay(session)
