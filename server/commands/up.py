"""`hengyang up`: the whole system in the foreground."""

from typing import Annotated

import typer

from center.errors import HengyangError
from center.settings import ApiSettings, settings, var_dir
from deploy.city import City, CityError, run
from deploy.stack import StackError


class UpFailed(HengyangError):
    """The system could not be started."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(up)


def up(
    scenario: Annotated[str, typer.Option(help="Of the simulated city.")] = "demo",
    simulate: Annotated[bool, typer.Option(help="Run simulated devices.")] = True,
) -> None:
    """Run everything until Ctrl-C: servers, programs and a simulated city."""
    api = settings(ApiSettings)
    try:
        run(City(var_dir(), api.api_host, api.api_port, scenario if simulate else None))
    except (CityError, StackError) as error:
        raise UpFailed(str(error)) from error
