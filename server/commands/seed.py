"""`hengyang seed`: what every city needs in its database before the first device and user."""

from importlib import import_module

import typer

# Each has `seed(session)`, may be called again and leaves alone what is there; in order, since
# later ones may refer to earlier ones.
SEEDS = ("center.identity.seed",)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(seed)


def seed() -> None:
    """Put in roles, first users and other basic data. Safe to run again."""
    from center.database import name_process, transaction

    name_process("seed")
    for name in SEEDS:
        with transaction() as session:
            import_module(name).seed(session)
        typer.echo(f"seed: {name} done")
