"""`hengyang user`: accounts from the server's own command line, first and last resort."""

from typing import Annotated

import typer

group = typer.Typer(help="Users, their roles and passwords.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="User name.")]
Roles = Annotated[list[str], typer.Option("--role", help="May be given several times.")]
Divisions = Annotated[
    list[str], typer.Option("--division", help="Prefix of a division code; 4304 is the city.")
]


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(group, name="user")


@group.command()
def add(
    name: Name,
    display_name: Annotated[str, typer.Option(help="Name as people read it.")] = "",
    role: Roles = [],  # noqa: B006  # Typer reads it, nobody changes it
    division: Divisions = [],  # noqa: B006  # as above
) -> None:
    """Make an account; its generated password is printed once and must be changed."""
    from center.identity.users import desk

    password = desk.add(name, display_name or name, role, division)
    typer.echo(f"user: {name} added, first password: {password}")


@group.command("list")
def list_users() -> None:
    """All accounts with their roles and divisions."""
    from center.identity.users import desk

    for user in desk.everybody():
        state = "disabled" if user.disabled else "second factor" if user.totp_enabled else ""
        roles, divisions = ",".join(user.roles), ",".join(user.divisions)
        typer.echo(f"{user.username:<20} {roles:<24} {divisions:<16} {state}")


@group.command()
def disable(name: Name) -> None:
    """Disable an account and end its sessions."""
    from center.identity.users import desk

    desk.set_disabled(name, disabled=True)
    typer.echo(f"user: {name} is disabled")


@group.command()
def enable(name: Name) -> None:
    """Enable a disabled account."""
    from center.identity.users import desk

    desk.set_disabled(name, disabled=False)
    typer.echo(f"user: {name} is enabled")


@group.command()
def unlock(name: Name) -> None:
    """Lift a lock-out after failed log-ins."""
    from center.identity.users import desk

    desk.unlock(name)
    typer.echo(f"user: {name} may log in again")


@group.command("reset-password")
def reset_password(name: Name) -> None:
    """Give a new generated password, printed once, to be changed at the next log-in."""
    from center.identity.users import desk

    typer.echo(f"user: new password of {name}: {desk.reset_password(name)}")


@group.command("remove-second-factor")
def remove_second_factor(name: Name) -> None:
    """Let a user log in by the password alone: the phone is lost, or the token secret is."""
    from center.identity.users import desk

    desk.remove_second_factor(name)
    typer.echo(f"user: {name} has no second factor any more")


@group.command()
def grant(
    name: Name,
    role: Roles = [],  # noqa: B006  # Typer reads it, nobody changes it
    division: Divisions = [],  # noqa: B006  # as above
) -> None:
    """Set all roles and divisions of a user; those not named are taken away."""
    from center.identity.users import desk

    desk.grant(name, role, division)
    typer.echo(f"user: {name} now has {', '.join(role) or 'no role'}")
