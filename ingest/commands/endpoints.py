"""Commands over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IdempotencyKey, Reads, Writes, located
from center.routing import Router
from ingest.commands import service
from ingest.commands.lifecycle import State
from ingest.commands.schemas import CommandRead, CommandSend
from ingest.devices.endpoints import DeviceIdPath

router = Router(prefix="/devices/{device_id}/commands", tags=["commands"])

Reader = Annotated[Caller, permits("devices:read")]
Sender = Annotated[Caller, permits("commands:send")]


@router.post("", status_code=202)
def send_command(
    caller: Sender,
    session: Writes,
    device_id: DeviceIdPath,
    body: CommandSend,
    key: IdempotencyKey,
    response: Response,
) -> CommandRead:
    """Ask something of a device. The answer comes later: look at the command again."""

    def act() -> CommandRead:
        given = (body.name, body.args, body.deadline_seconds)
        return service.send(session, caller, device_id, *given)

    made = key.once(session, caller, body, CommandRead, act)
    located(response, f"/devices/{made.device_id}/commands/{made.id}")
    return made


@router.get("")
def list_commands(
    caller: Reader,
    session: Reads,
    device_id: DeviceIdPath,
    page: PageQuery,
    state: State | None = None,
) -> Page[CommandRead]:
    """What was asked of a device, the newest first."""
    return service.list_commands(session, caller, device_id, page, state)


@router.get("/{command_id}")
def get_command(
    caller: Reader, session: Reads, device_id: DeviceIdPath, command_id: UUID
) -> CommandRead:
    """How far a command has come."""
    return service.get(session, caller, device_id, command_id)


@router.post("/{command_id}/cancel")
def cancel_command(
    caller: Sender, session: Writes, device_id: DeviceIdPath, command_id: UUID
) -> CommandRead:
    """Take back a command that was not sent yet."""
    return service.cancel(session, caller, device_id, command_id)
