"""`hengyang world`: recorded runs of the simulated world."""

import time
from pathlib import Path
from typing import Annotated

import typer

from center.errors import HengyangError, Invalid

group = typer.Typer(help="The simulated world: record a run, look at one.", no_args_is_help=True)


class RecordingUnfit(HengyangError):
    """The world cannot be recorded, or the file is no recording."""


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(group, name="world")


@group.command()
def record(
    scenario: Annotated[str, typer.Argument(help="A scenario with a [world].")],
    seconds: Annotated[int, typer.Option(min=10, help="Length of the run.")] = 600,
    out: Annotated[Path | None, typer.Option(help="File; else beside the current folder.")] = None,
    hour: Annotated[float, typer.Option(min=0, max=23.99, help="Local hour of its start.")] = 7.5,
    whole: Annotated[
        bool, typer.Option(help="All vehicles, not only those that devices report.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Another city than the scenario's.")] = None,
) -> None:
    """Run the world as fast as the machine allows and write its frames to one file."""
    from center.settings import var_dir
    from server.simulated_world import RECORDED_DAY, behind, on_the_map
    from simulators.fleet import describe
    from simulators.scenario import ScenarioInvalid, load
    from simulators.world.casting import cast
    from simulators.world.recorder import RecordingFailed
    from simulators.world.recorder import record as make

    try:
        chosen = load(scenario, seed=seed)
    except ScenarioInvalid as error:
        raise Invalid(str(error)) from error
    folder = var_dir() / "simulators"
    chosen = on_the_map(chosen, folder)
    world = behind(chosen, folder / chosen.name, typer.echo)
    if world is None:
        raise Invalid(f"The scenario {chosen.name} has no world to record.")
    plan = cast(chosen, describe(chosen, (), world.crossings, world.stretches), world.network)
    file, began = out or Path(f"{chosen.name}.frames"), time.monotonic()
    try:
        make(plan, file, RECORDED_DAY + hour * 3600, seconds, whole=whole, say=_say)
    except RecordingFailed as error:
        raise RecordingUnfit(str(error)) from error
    _say(f"took {time.monotonic() - began:.0f} s")
    look(file)


@group.command()
def look(file: Annotated[Path, typer.Argument(help="A recording.")]) -> None:
    """Reads a recording from end to end and says what is in it."""
    from simulators.world.recording import Recording, RecordingInvalid

    try:
        found = Recording.open(file)
    except RecordingInvalid as error:
        raise RecordingUnfit(str(error)) from error
    end, head = found.end, found.head
    _say(
        f"{file}: {end.seconds:,} seconds, {found.passes_per_second:.1f} passes and"
        f" {end.breaches / end.seconds:.2f} violations a second, network {head.network},"
        f" seed {head.seed}, {file.stat().st_size / 1e6:.1f} MB"
    )


def _say(text: str) -> None:
    typer.echo(f"world: {text}")
