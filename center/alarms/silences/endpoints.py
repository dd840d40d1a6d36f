"""Silences over HTTP."""

from typing import Annotated

from fastapi import Path, Query, Response

from center.alarms.silences import repository, service
from center.alarms.silences.schemas import SilenceChange, SilenceCreate, SilenceRead
from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IdempotencyKey, IfMatch, Reads, Writes, etag, located
from center.routing import Router

router = Router(prefix="/silences", tags=["alarms"])

Reader = Annotated[Caller, permits("alarms:read")]
Writer = Annotated[Caller, permits("silences:write")]
Number = Annotated[int, Path(ge=1, lt=2**63)]


def _shown(silence: SilenceRead, response: Response) -> SilenceRead:
    response.headers["ETag"] = etag(silence)
    return silence


@router.get("")
def list_silences(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    active: Annotated[bool | None, Query(description="True: in force; false: over.")] = None,
) -> Page[SilenceRead]:
    """Silences that touch your divisions, the newest first."""
    return repository.page_of(session, caller, page, active)


@router.get("/{silence_id}")
def get_silence(
    caller: Reader, session: Reads, silence_id: Number, response: Response
) -> SilenceRead:
    """One silence, with the ETag that a change needs."""
    return _shown(repository.shown(session, caller, silence_id), response)


@router.post("", status_code=201)
def create_silence(
    caller: Writer, session: Writes, body: SilenceCreate, key: IdempotencyKey, response: Response
) -> SilenceRead:
    """Silence a device, a division or an area until then. What is open stays open; a trouble
    that outlasts the silence is raised by its next fact."""

    def act() -> SilenceRead:
        return service.create(session, caller, body)

    made = key.once(session, caller, body, SilenceRead, act)
    located(response, f"/silences/{made.id}")
    return _shown(made, response)


@router.patch("/{silence_id}")
def change_silence(
    caller: Writer,
    session: Writes,
    silence_id: Number,
    body: SilenceChange,
    version: IfMatch,
    response: Response,
) -> SilenceRead:
    """Change the reason or the end of a silence that is in force."""
    return _shown(service.change(session, caller, silence_id, body, version), response)


@router.delete("/{silence_id}")
def end_silence(
    caller: Writer, session: Writes, silence_id: Number, version: IfMatch, response: Response
) -> SilenceRead:
    """End it now. It stays on the list, with who ended it."""
    return _shown(service.end(session, caller, silence_id, version), response)
