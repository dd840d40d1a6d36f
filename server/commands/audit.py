"""`hengyang audit`: the trail nobody can rewrite unseen."""

import typer

group = typer.Typer(help="The audit trail.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(group, name="audit")


@group.command()
def verify() -> None:
    """Compute every hash again and compare with the anchors; exit 1 if anything was changed."""
    from center.audit.inspection import inspect
    from center.audit.settings import AuditSettings
    from center.database import name_process, transaction
    from center.identity.caller import command_line
    from center.settings import settings

    name_process("audit")
    with transaction() as session:
        found, anchors = inspect(
            session, command_line(), lambda seq: typer.echo(f"audit: {seq} ...", err=True)
        )
    for finding in found.findings:
        typer.echo(f"audit: {finding}")
    if found.findings:
        raise typer.Exit(1)
    path = settings(AuditSettings).anchors
    typer.echo(f"audit: {found.count} entries are untouched, {anchors} anchors fit ({path})")


@group.command("anchor")
def anchor_head() -> None:
    """Write the newest entry's number and hash to the anchor file."""
    from center.audit.anchors import anchor
    from center.database import name_process, transaction

    name_process("audit")
    with transaction() as session:
        made = anchor(session)
    typer.echo(f"audit: anchored at entry {made.seq}" if made else "audit: the trail is empty")
