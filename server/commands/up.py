"""`hengyang up`: the whole system in the foreground."""

from typing import Annotated

import typer

from center.errors import HengyangError


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
    from center.identity import catalogue
    from center.settings import ApiSettings, private, settings, var_dir
    from deploy.city import City, CityError, run
    from deploy.stack import StackError
    from server.settings import HttpSettings

    api, tls = settings(ApiSettings), settings(HttpSettings).api_tls_certificate is not None
    private(private(var_dir()) / "log")
    names = {role["key"]: role["name_zh"] for role in catalogue.read().roles}
    try:
        wanted = scenario if simulate else None
        run(City(var_dir(), api.api_host, api.api_port, wanted, names, tls))
    except (CityError, StackError) as error:
        raise UpFailed(str(error)) from error
