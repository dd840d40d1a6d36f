"""`hengyang rules`: judges committed facts by the rules and reports alarms."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(rules)


def rules() -> None:
    """Judge committed facts by the rules, until Ctrl-C. Of several one is in charge."""
    from cityops.processes import run_rules

    run_rules()
