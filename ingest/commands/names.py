"""Commands that every device should know, and what their `args` must hold."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from center.errors import Invalid
from ingest import wire

MOST_ARGS_BYTES = 4096


class BadArgs(Invalid):
    """The arguments do not fit the command."""


class Nothing(Struct, forbid_unknown_fields=True):
    """No arguments."""


class SetInterval(Struct, forbid_unknown_fields=True, kw_only=True):
    """Report every so many seconds from now on."""

    seconds: Annotated[int, Meta(ge=1, le=604_800)]


class Message(Struct, forbid_unknown_fields=True, kw_only=True):
    """Show this text (vehicle terminals, signs)."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]


class SignalHold(Struct, forbid_unknown_fields=True, kw_only=True):
    """Signal controllers: show a phase (from 0) for so many seconds, then go on."""

    phase: Annotated[int, Meta(ge=0, le=31)]
    seconds: Annotated[float, Meta(ge=1, le=600)]


# A name that is not here goes out as it is: devices of the city's own may know more, and one that
# does not know it says so in its answer.
ARGS: dict[str, type[Struct]] = {
    wire.COMMAND_RESEND: wire.Resend,
    wire.COMMAND_REPORT: Nothing,
    "reboot": Nothing,
    "set_interval": SetInterval,
    "message": Message,
    "signal_hold": SignalHold,
    "signal_auto": Nothing,  # back to its program
    "signal_flash": Nothing,  # yellow, until told otherwise
}


def check_args(name: str, args: dict[str, Any]) -> None:
    """Refuses arguments that the device would refuse.

    Raises:
        BadArgs
    """
    if len(msgspec.json.encode(args)) > MOST_ARGS_BYTES:
        raise BadArgs(f"The arguments are larger than {MOST_ARGS_BYTES:,} bytes.")
    try:
        msgspec.convert(args, ARGS.get(name, dict[str, Any]))
    except msgspec.ValidationError as error:
        raise BadArgs(f"The arguments do not fit the command {name}: {error}.") from error
