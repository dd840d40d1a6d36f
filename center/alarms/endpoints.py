"""Alarms over HTTP."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response
from pydantic import AwareDatetime

from center.alarms import repository, service
from center.alarms.lifecycle import State
from center.alarms.schemas import (
    AcknowledgedMany,
    AcknowledgeMany,
    Acknowledgement,
    ActRead,
    AlarmRead,
    AlarmSummary,
    NoteAdd,
    ReasonGiven,
    Shelving,
)
from center.alarms.signals import Severity, Source
from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IdempotencyKey, IfMatch, Reads, Writes, etag, located
from center.routing import Router

router = Router(prefix="/alarms", tags=["alarms"])

Reader = Annotated[Caller, permits("alarms:read")]
Actor = Annotated[Caller, permits("alarms:act")]
Number = Annotated[int, Path(ge=1, lt=2**63)]


async def _filters(  # async because it does not wait: it needs no thread
    state: Annotated[list[State] | None, Query(max_length=5)] = None,
    severity: Annotated[list[Severity] | None, Query(max_length=4)] = None,
    division: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{2,12}$", description="Division code or the beginning of one."),
    ] = None,
    source: Source | None = None,
    device: Annotated[str | None, Query(max_length=40, description="`device_id`.")] = None,
    group: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    rule: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=60, description="Part of title, device or rule."),
    ] = None,
    start: Annotated[
        AwareDatetime | None, Query(alias="from", description="Raised since then.")
    ] = None,
    end: Annotated[
        AwareDatetime | None, Query(alias="to", description="Raised before then.")
    ] = None,
    open: Annotated[  # noqa: A002  # the name of the parameter in the address
        bool | None, Query(description="True: not closed; false: closed.")
    ] = None,
) -> repository.Filters:
    states = None if state is None else tuple(state)
    severities = None if severity is None else tuple(severity)
    return repository.Filters(
        states, severities, division, source, device, group, rule, q, start, end, open
    )


def _shown(alarm: AlarmRead, response: Response) -> AlarmRead:
    response.headers["ETag"] = etag(alarm)
    return alarm


@router.get("")
def list_alarms(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    filters: Annotated[repository.Filters, Depends(_filters)],
) -> Page[AlarmRead]:
    """Alarms in your divisions, the newest first."""
    return repository.page_of(session, caller, page, filters)


@router.get("/summary")
def summarise_alarms(caller: Reader, session: Reads) -> AlarmSummary:
    """How many are open in your divisions, by severity."""
    return repository.summary(session, caller)


@router.post("/acknowledgements")
def acknowledge_alarms(
    caller: Actor, session: Writes, body: AcknowledgeMany, key: IdempotencyKey
) -> AcknowledgedMany:
    """Acknowledge many at once: named ones, or what waits for it in a group."""

    def act() -> AcknowledgedMany:
        return service.acknowledge_many(session, caller, body.note, ids=body.ids, group=body.group)

    return key.once(session, caller, body, AcknowledgedMany, act)


@router.get("/{alarm_id}")
def get_alarm(caller: Reader, session: Reads, alarm_id: Number, response: Response) -> AlarmRead:
    """One alarm, with the ETag that an act needs."""
    return _shown(repository.find(session, caller, alarm_id), response)


@router.get("/{alarm_id}/history")
def get_history(caller: Reader, session: Reads, alarm_id: Number, page: PageQuery) -> Page[ActRead]:
    """The time line of an alarm: all that facts, people and the clock did, the oldest first."""
    return repository.history(session, caller, alarm_id, page)


@router.put("/{alarm_id}/acknowledgement")
def acknowledge_alarm(
    caller: Actor,
    session: Writes,
    alarm_id: Number,
    body: Acknowledgement,
    version: IfMatch,
    response: Response,
) -> AlarmRead:
    """You have seen it and take care. One whose trouble is over already is closed by this."""
    return _shown(service.acknowledge(session, caller, alarm_id, body.note, version), response)


@router.put("/{alarm_id}/shelving")
def shelve_alarm(
    caller: Actor,
    session: Writes,
    alarm_id: Number,
    body: Shelving,
    version: IfMatch,
    response: Response,
) -> AlarmRead:
    """Put it aside until then (搁置), or change the end. It comes back by itself, and at once if
    it becomes worse."""
    given = (alarm_id, body.until, body.reason, version)
    return _shown(service.shelve(session, caller, *given), response)


@router.delete("/{alarm_id}/shelving")
def unshelve_alarm(
    caller: Actor, session: Writes, alarm_id: Number, version: IfMatch, response: Response
) -> AlarmRead:
    """Take it back before its time."""
    return _shown(service.unshelve(session, caller, alarm_id, version), response)


@router.put("/{alarm_id}/escalation")
def escalate_alarm(
    caller: Actor,
    session: Writes,
    alarm_id: Number,
    body: ReasonGiven,
    version: IfMatch,
    response: Response,
) -> AlarmRead:
    """Give it to the next role of the escalation matrix; it waits for an acknowledgement anew."""
    return _shown(service.escalate(session, caller, alarm_id, body.reason, version), response)


@router.put("/{alarm_id}/closing")
def close_alarm(
    caller: Actor,
    session: Writes,
    alarm_id: Number,
    body: ReasonGiven,
    version: IfMatch,
    response: Response,
) -> AlarmRead:
    """End it for good. If its trouble lasts, the next fact of it raises another alarm."""
    return _shown(service.close(session, caller, alarm_id, body.reason, version), response)


@router.post("/{alarm_id}/notes", status_code=201)
def add_note(
    caller: Actor,
    session: Writes,
    alarm_id: Number,
    body: NoteAdd,
    version: IfMatch,
    key: IdempotencyKey,
    response: Response,
) -> AlarmRead:
    """Add a note to the time line, of a closed alarm too."""

    def act() -> AlarmRead:
        return service.note(session, caller, alarm_id, body.note, version)

    made = key.once(session, caller, body, AlarmRead, act)
    located(response, f"/alarms/{made.id}/history")
    return _shown(made, response)
