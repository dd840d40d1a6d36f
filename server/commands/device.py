"""`hengyang device`: the register from the server's own command line."""

from pathlib import Path
from typing import Annotated

import typer

group = typer.Typer(help="Devices: list, register, enrol, maintain, retire.", no_args_is_help=True)

DeviceId = Annotated[str, typer.Argument(help="Id of the device.")]
SHOWN_PROBLEMS = 50


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(group, name="device")


@group.command("list")
def list_devices(
    kind: Annotated[str | None, typer.Option(help="sensor, vehicle, epolice, ...")] = None,
    state: Annotated[str | None, typer.Option(help="online, late, offline, ...")] = None,
    division: Annotated[str | None, typer.Option(help="Division code or its beginning.")] = None,
    model: Annotated[str | None, typer.Option(help="Name of a device model.")] = None,
    text: Annotated[str | None, typer.Option(help="Part of id, name, owner or number.")] = None,
    retired: Annotated[bool, typer.Option(help="Retired devices instead.")] = False,
) -> None:
    """Devices by id: id, kind, state, division, last seen, name."""
    from ingest.devices import desk
    from ingest.devices.repository import Filters

    for device in desk.everything(Filters(kind, state, division, model, text, retired)):
        seen = device.last_seen.isoformat(timespec="seconds") if device.last_seen else "never"
        typer.echo(
            f"{device.device_id:<24} {device.kind:<8} {device.state:<12} {device.division:<12} "
            f"{seen:<25} {device.name}"
        )


@group.command()
def add(
    device_id: DeviceId,
    name: Annotated[str, typer.Option(help="Name as people read it.")],
    model: Annotated[str, typer.Option(help="Name of a device model.")],
    division: Annotated[str, typer.Option(help="Division code, 6 to 12 digits.")],
    place: Annotated[
        tuple[float, float] | None, typer.Option(help="Longitude and latitude, WGS-84.")
    ] = None,
    owner: Annotated[str, typer.Option(help="Who it belongs to.")] = "",
    interval: Annotated[
        int, typer.Option(help="Seconds between messages; 0: speaks only when it must.")
    ] = 60,
) -> None:
    """Register one device; its credential is printed once."""
    from ingest.devices import desk

    secret = desk.add(
        device_id=device_id,
        name=name,
        model=model,
        division=division,
        owner=owner,
        place={"coordinates": place} if place else None,
        expected_interval_seconds=interval or None,
    )
    typer.echo(f"device: {device_id} registered, credential: {secret}")


@group.command()
def template() -> None:
    """Print the headings of an enrolment file."""
    from ingest.devices.enrolment.columns import DEVICES

    typer.echo(DEVICES.template(), nl=False)


@group.command()
def enrol(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV file.")],
    credentials: Annotated[
        Path | None, typer.Option(help="New file for the credentials; default beside FILE.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only report what would happen.")] = False,
    all_or_nothing: Annotated[
        bool, typer.Option(help="One row with a problem keeps every row out.")
    ] = False,
) -> None:
    """Register the devices of a CSV file (UTF-8 or GB18030); exit status 3 with problems."""
    from ingest.devices import desk
    from ingest.devices.enrolment.service import Options

    target = credentials or file.with_suffix(".credentials.csv")
    report = desk.enrol(file, target, Options(dry_run, all_or_nothing))
    for found in report.problems[:SHOWN_PROBLEMS]:
        typer.echo(f"row {found.row} {found.field}: {found.message} · {found.message_zh}")
    if (more := len(report.problems) - SHOWN_PROBLEMS) > 0:
        typer.echo(f"... and {more} more problems")
    done = "registered" if report.applied else "would be" if dry_run else "good, none registered"
    typer.echo(
        f"device: {report.rows} rows read as {report.encoding}, {len(report.accepted)} {done}"
    )
    if report.applied:
        typer.echo(f"device: credentials written to {target}")
    if report.problems:
        raise typer.Exit(3)


@group.command()
def rotate(device_id: DeviceId) -> None:
    """Give a device a new credential, printed once; the old one ends at once."""
    from ingest.devices import desk

    typer.echo(f"device: new credential of {device_id}: {desk.rotate(device_id)}")


@group.command()
def retire(
    device_id: DeviceId, reason: Annotated[str, typer.Option(help="Why.", prompt=True)]
) -> None:
    """Take a device out for good; its facts stay."""
    from ingest.devices import desk

    desk.retire(device_id, reason)
    typer.echo(f"device: {device_id} is retired")


@group.command()
def reinstate(device_id: DeviceId) -> None:
    """Take a retired device back, with a new credential."""
    from ingest.devices import desk

    typer.echo(f"device: {device_id} is back, credential: {desk.reinstate(device_id)}")


@group.command()
def maintenance(
    device_id: DeviceId,
    hours: Annotated[float, typer.Option(help="From now on; 0 ends it.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "维护 maintenance",
) -> None:
    """Set a device to maintenance: its silence raises no alarm."""
    from ingest.devices import desk

    desk.maintain(device_id, reason, hours)
    typer.echo(f"device: {device_id}: maintenance {'ended' if hours <= 0 else f'for {hours:g} h'}")
