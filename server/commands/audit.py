"""`hengyang audit`: the trail nobody can rewrite unseen."""

import typer

group = typer.Typer(help="The audit trail.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(group, name="audit")


@group.command()
def verify() -> None:
    """Compute every hash again and compare with the anchors; exit 1 if anything was changed."""
    from center.audit.anchors import anchor, read
    from center.audit.settings import AuditSettings
    from center.audit.verification import verify as verify_trail
    from center.database import name_process, transaction
    from center.settings import settings

    name_process("audit")
    path = settings(AuditSettings).anchors
    anchors = read(path)
    with transaction() as session:
        found = verify_trail(
            session, anchors, lambda seq: typer.echo(f"audit: {seq} ...", err=True)
        )
        if not found.findings:
            anchor(session)
    for finding in found.findings:
        typer.echo(f"audit: {finding}")
    if found.findings:
        raise typer.Exit(1)
    typer.echo(f"audit: {found.count} entries are untouched, {len(anchors)} anchors fit ({path})")


@group.command("anchor")
def anchor_head() -> None:
    """Write the newest entry's number and hash to the anchor file."""
    from center.audit.anchors import anchor
    from center.database import name_process, transaction

    name_process("audit")
    with transaction() as session:
        made = anchor(session)
    typer.echo(f"audit: anchored at entry {made.seq}" if made else "audit: the trail is empty")
