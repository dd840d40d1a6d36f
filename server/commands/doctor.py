"""`hengyang doctor`: what is wrong with this machine, in plain words."""

import typer

from center.errors import HengyangError


class Unwell(HengyangError):
    """Something that the system needs is not as it should be."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(doctor)


def doctor() -> None:
    """Look at everything the system needs and say what to do about what is wrong."""
    from deploy.doctor import examine, line
    from server.doctor import all_checks

    wrong = []
    for finding in examine(all_checks()):
        typer.echo(line(finding))
        if finding.check.needed and not finding.good:
            wrong.append(finding.check.name)
    if wrong:
        raise Unwell(f"wrong: {', '.join(wrong)}")
    typer.echo("\nNothing that the system needs is wrong.")
