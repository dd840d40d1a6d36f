"""Dead letters over HTTP."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response
from pydantic import AwareDatetime

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IdempotencyKey, IfMatch, Reads, Writes, etag, located
from center.routing import Router
from ingest.deadletters import repository, service
from ingest.deadletters.models import DeadLetter as Letter
from ingest.deadletters.models import State
from ingest.deadletters.schemas import (
    DeadLetter,
    DeadLetterDetail,
    Discard,
    ReasonKey,
    ReplayFilter,
    ReplayReport,
    ReplayRequested,
)

router = Router(prefix="/dead-letters", tags=["dead letters"])

Reader = Annotated[Caller, permits("dead_letters:read")]
Writer = Annotated[Caller, permits("dead_letters:write")]
Number = Annotated[int, Path(ge=1, lt=2**63)]


async def _filters(  # async because it does not wait: it needs no thread
    reason: ReasonKey | None = None,
    state: State | None = None,
    device_id: Annotated[str | None, Query(max_length=40)] = None,
    stream: Annotated[str | None, Query(max_length=16)] = None,
    received_from: Annotated[
        AwareDatetime | None, Query(description="That came again or first since then.")
    ] = None,
    received_until: Annotated[
        AwareDatetime | None, Query(description="That first came before then.")
    ] = None,
) -> repository.Filters:
    return repository.Filters(reason, state, device_id, stream, received_from, received_until)


def _shown(letter: Letter, response: Response) -> DeadLetter:
    response.headers["ETag"] = etag(letter)
    return repository.shown(letter)


@router.get("")
def list_dead_letters(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    filters: Annotated[repository.Filters, Depends(_filters)],
) -> Page[DeadLetter]:
    """What could not become a fact, the newest first. Those of unknown devices, which lie in no
    division, are shown to who sees the whole city."""
    return repository.page_of(session, caller, page, filters)


@router.get("/{letter_id}")
def get_dead_letter(
    caller: Reader, session: Reads, letter_id: Number, response: Response
) -> DeadLetterDetail:
    """One dead letter with the beginning of what came, as text and as hex."""
    letter = repository.find(session, caller, letter_id)
    response.headers["ETag"] = etag(letter)
    return service.detail(session, caller, letter)


@router.post("/{letter_id}/discard")
def discard_dead_letter(
    caller: Writer,
    session: Writes,
    letter_id: Number,
    body: Discard,
    version: IfMatch,
    response: Response,
) -> DeadLetter:
    """Nothing will be made of it. It stays, and can be opened again."""
    return _shown(service.discard(session, caller, letter_id, body.reason, version), response)


@router.post("/{letter_id}/reopen")
def reopen_dead_letter(
    caller: Writer, session: Writes, letter_id: Number, version: IfMatch, response: Response
) -> DeadLetter:
    """Take a discard back."""
    return _shown(service.reopen(session, caller, letter_id, version), response)


@router.post("/{letter_id}/replay", status_code=202)
def replay_dead_letter(
    caller: Writer, session: Writes, letter_id: Number, version: IfMatch, response: Response
) -> DeadLetter:
    """Try it again as if it had come now. It is tried within a second or two: look at it again
    until `replay_requested_at` is null; then it is `replayed`, or open with the new `reason`."""
    return _shown(service.replay(session, caller, letter_id, version), response)


@router.post("/replays", status_code=202)
def replay_dead_letters(
    caller: Writer, session: Writes, body: ReplayFilter, key: IdempotencyKey, response: Response
) -> ReplayRequested:
    """Try all open dead letters of a reason again, e.g. after unknown devices were registered."""

    def act() -> ReplayRequested:
        return service.replay_all(session, caller, body)

    asked = key.once(session, caller, body, ReplayRequested, act)
    located(response, f"/dead-letters/replays/{asked.id}")
    return asked


@router.get("/replays/{replay_id}")
def get_replay(caller: Reader, session: Reads, replay_id: Number) -> ReplayReport:
    """What became of a replay so far."""
    return service.report(session, caller, replay_id)
