"""Commands of people: send, list, cancel. The warden hands them to the broker."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.clock import now
from center.errors import Conflict, NotFound, TooMany
from center.identity.caller import Caller
from center.pages import Page, PageParameters, paginate
from ingest.commands.lifecycle import OPEN, State, after
from ingest.commands.models import Command
from ingest.commands.names import check_args
from ingest.commands.schemas import CommandRead
from ingest.devices import repository as register
from ingest.devices.errors import DeviceRetired
from ingest.devices.models import Device

MOST_OPEN = 100  # of one device: more than this nobody has looked at the answers


class DeviceDisabled(Conflict):
    """The device may not connect now: enable it first."""


class NotCancellable(Conflict):
    """Only a command that was not sent yet can be cancelled."""


class TooManyCommands(TooMany):
    """This device has 100 unanswered commands already: wait for answers, or cancel some."""


def send(
    session: Session,
    caller: Caller,
    device_id: str,
    name: str,
    args: dict[str, Any],
    deadline_seconds: int,
) -> CommandRead:
    """Queues a command; it goes out within a second where the broker is there.

    Raises:
        NotFound, DeviceRetired, DeviceDisabled, BadArgs, TooManyCommands
    """
    check_args(name, args)
    device = register.find(session, caller, device_id)
    _check_can_receive(session, device)
    moment = now()
    command = Command(
        id=uuid4(),
        device=device.id,
        name=name,
        args=args,
        state="queued",
        requested_by=caller.username,
        requested_at=moment,
        deadline=moment + timedelta(seconds=deadline_seconds),
        attempts=0,
    )
    session.add(command)
    session.flush()
    audit(session, caller, "command.send", "device", device_id, command=str(command.id), name=name)
    return _read(command, device)


def list_commands(
    session: Session, caller: Caller, device_id: str, page: PageParameters, state: State | None
) -> Page[CommandRead]:
    """Commands to one device, the newest first."""
    device = register.find(session, caller, device_id)
    chosen = sa.select(Command).where(Command.device == device.id)
    if state is not None:
        chosen = chosen.where(Command.state == state)
    return paginate(
        session,
        chosen,
        [Command.requested_at, Command.id],
        page,
        lambda command: _read(command, device),
        descending=True,
    )


def get(session: Session, caller: Caller, device_id: str, command: UUID) -> CommandRead:
    """One command.

    Raises:
        NotFound
    """
    device = register.find(session, caller, device_id)
    return _read(_find(session, device, command), device)


def cancel(session: Session, caller: Caller, device_id: str, command: UUID) -> CommandRead:
    """Takes back a command that was not sent yet.

    Raises:
        NotFound, NotCancellable
    """
    device = register.find(session, caller, device_id)
    found = _find(session, device, command, lock=True)
    if after(found.state, "cancel") is None:
        raise NotCancellable(f"The command is {found.state}: only a queued one can be cancelled.")
    if found.handed_at is not None:
        raise NotCancellable("The command is on its way to the broker and cannot be called back.")
    found.state, found.detail = "cancelled", f"cancelled by {caller.username}"
    session.flush()
    audit(session, caller, "command.cancel", "device", device_id, command=str(command))
    return _read(found, device)


def _check_can_receive(session: Session, device: Device) -> None:
    if device.retired_at is not None:
        raise DeviceRetired()
    if not device.enabled:
        raise DeviceDisabled()
    waiting = sa.select(sa.func.count()).where(Command.device == device.id, Command.state.in_(OPEN))
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise TooManyCommands()


def _find(session: Session, device: Device, command: UUID, *, lock: bool = False) -> Command:
    chosen = sa.select(Command).where(Command.id == command, Command.device == device.id)
    found = session.scalar(chosen.with_for_update() if lock else chosen)
    if found is None:
        raise NotFound()
    return found


def _read(command: Command, device: Device) -> CommandRead:
    return CommandRead(
        device_id=device.device_id,
        **{name: getattr(command, name) for name in _SHOWN},
    )


_SHOWN = CommandRead.model_fields.keys() - {"device_id"}
