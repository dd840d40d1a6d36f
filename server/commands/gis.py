"""`hengyang gis`: the city's map: what is on it, put it in, import a real one."""

from pathlib import Path
from typing import Annotated

import typer

group = typer.Typer(
    help="The map: what is on it, fill it, import a real one.", no_args_is_help=True
)

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(group, name="gis")


@group.command()
def status() -> None:
    """What is on the map, and by which settings."""
    from center.database import name_process, transaction
    from gis.city import state

    name_process("gis")
    with transaction() as session:
        parts, counts = state.parts(session), state.counts(session)
    for name, fingerprint in parts.items():
        typer.echo(f"gis: {name:<12} {fingerprint}")
    if not parts:
        typer.echo("gis: nothing yet; `hengyang seed` puts in what HENGYANG_CITY says")
    for name, count in counts.items():
        typer.echo(f"gis: {name:<12} {count:,} rows")


@group.command()
def seed() -> None:
    """Put in outlines, dictionary and the generated city as the settings say. Safe to run again."""
    from center.database import name_process, transaction
    from gis.seed import seed as put_in

    name_process("gis")
    with transaction() as session:
        put_in(session)
    typer.echo("gis: done")


@group.command("import-osm")
def import_osm(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help=".osm, .osm.bz2 or .osm.pbf")
    ],
) -> None:
    """Replace the generated roads by those of an OpenStreetMap extract, with waters and places."""
    from center.database import name_process, transaction
    from center.identity.caller import command_line
    from gis.osm.service import import_file

    name_process("gis")
    with transaction() as session:
        report = import_file(session, command_line(), file)
    for title, lines in (("repaired", report.repaired), ("left out", report.left_out)):
        for line in lines[:SHOWN]:
            typer.echo(f"gis: {title}: {line}")
        if (more := len(lines) - SHOWN) > 0:
            typer.echo(f"gis: ... and {more} more {title}")
    typer.echo(
        f"gis: {report.roads:,} roads, {report.waters:,} waters, {report.places:,} places;"
        f" {report.outside:,} lie outside the city"
    )


@group.command("import-network")
def import_network(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A road graph: JSON, nodes, edges.")
    ],
) -> None:
    """Replace the road graph, on which ways are found, by that of a file."""
    from center.database import name_process, transaction
    from center.identity.caller import command_line
    from gis.roads.graph import import_file

    name_process("gis")
    with transaction() as session:
        report = import_file(session, command_line(), file)
    typer.echo(
        f"gis: {report.nodes:,} crossings ({report.signals:,} with signals),"
        f" {report.edges:,} edges" + ("" if report.changed else "; they were there already")
    )
