"""`hengyang fleet`: orders to simulated devices that run already."""

from typing import TYPE_CHECKING, Annotated

import typer

from center.errors import Conflict, Invalid

if TYPE_CHECKING:
    from simulators.control import Answer, Order

group = typer.Typer(
    help="Running simulated devices: look, pause, speed, faults.", no_args_is_help=True
)

Scenario = Annotated[str, typer.Option(help="Name of the scenario that runs.")]


class FleetRefused(Conflict):
    """The fleet does not run, or cannot do this."""


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(group, name="fleet")


@group.command()
def look(scenario: Scenario = "demo") -> None:
    """Figures of the fleet, as JSON."""
    import json

    from simulators.control import Order

    answer = _give(scenario, Order(do="look"))
    typer.echo(json.dumps(answer.snapshot, indent=2))


@group.command()
def pause(scenario: Scenario = "demo") -> None:
    """Devices stay connected and say nothing new."""
    from simulators.control import Order

    _tell(scenario, Order(do="pause"))


@group.command()
def resume(scenario: Scenario = "demo") -> None:
    """Devices go on."""
    from simulators.control import Order

    _tell(scenario, Order(do="resume"))


@group.command()
def speed(
    times: Annotated[float, typer.Argument(min=1.1, max=100, help="As fast as the clock.")],
    scenario: Scenario = "demo",
) -> None:
    """Go on from where a pause began, faster, until it is now; nothing runs ahead of the clock."""
    from simulators.control import Order

    _tell(scenario, Order(do="speed", speed=times))


@group.command()
def fault(
    name: Annotated[
        str,
        typer.Argument(
            help="A fault of docs/simulators.md: drop_out, silence, excess ... and blur, loss ..."
        ),
    ],
    share: Annotated[float, typer.Option(help="Part of the devices, up to 1.")] = 0.1,
    seconds: Annotated[float, typer.Option(help="Length, delay, or how far a clock is off.")] = 30,
    every: Annotated[float, typer.Option(help="Mean seconds between two episodes.")] = 60,
    probability: Annotated[float, typer.Option(help="That a message is struck.")] = 0.05,
    quantity: Annotated[str, typer.Option(help="Of an excess, e.g. water_level.")] = "",
    value: Annotated[float, typer.Option(help="What it then reads.")] = 0.0,
    device: Annotated[list[str] | None, typer.Option(help="These devices only.")] = None,
    scenario: Scenario = "demo",
) -> None:
    """Switch a fault on."""
    import msgspec

    from simulators.control import Order
    from simulators.faults import Fault

    fields = {"name": name, "share": share, "seconds": seconds, "every_seconds": every}
    excess = {"quantity": quantity, "value": value}
    try:
        chosen = msgspec.convert({**fields, **excess, "probability": probability}, Fault)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from error
    _tell(scenario, Order(do="inject", fault=chosen, devices=device))


@group.command()
def heal(
    name: Annotated[str, typer.Argument(help="Name of the fault.")], scenario: Scenario = "demo"
) -> None:
    """Switch a fault off everywhere."""
    from simulators.control import Order

    _tell(scenario, Order(do="heal", name=name))


def _tell(scenario: str, order: "Order") -> None:
    typer.echo(f"fleet: {_give(scenario, order).detail}")


def _give(scenario: str, order: "Order") -> "Answer":
    from center.settings import var_dir
    from simulators.control import ControlFailed, give

    try:
        return give(var_dir() / "simulators" / scenario / "control.sock", order)
    except ControlFailed as error:
        raise FleetRefused(str(error)) from error
