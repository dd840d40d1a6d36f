"""What people do about dead letters: look, discard, take that back, have them replayed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from center.audit.service import audit
from center.clock import now
from center.errors import Conflict, NotFound
from center.identity.caller import Caller
from center.plates import PERMISSION, tell_reveal
from center.requests import Precondition
from ingest.deadletters import repository
from ingest.deadletters.models import DeadLetter, Replay
from ingest.deadletters.reasons import named
from ingest.deadletters.replayable import hindrance
from ingest.deadletters.schemas import (
    DeadLetterDetail,
    Payload,
    RefusedAgain,
    ReplayFilter,
    ReplayReport,
    ReplayRequested,
)

MOST_PER_REPLAY = 10_000


class LetterClosed(Conflict):
    """The dead letter is closed: only an open one can be discarded or replayed."""


class LetterNotDiscarded(Conflict):
    """Only a discarded dead letter can be opened again."""


class ReplayWaiting(Conflict):
    """The dead letter waits to be replayed: see first what becomes of it."""


WITH_PLATES = ("pass", "violation")  # streams


class NotReplayable(Conflict):
    """This dead letter can never be replayed."""


def detail(session: Session, caller: Caller, letter: DeadLetter) -> DeadLetterDetail:
    """A letter with the beginning of its payload as text and as hex; nothing of one that may hold
    number plates for who may not see them."""
    bears_plates = letter.topic.rpartition("/")[2] in WITH_PLATES
    withheld = bears_plates and not caller.may(PERMISSION)
    if bears_plates and not withheld:
        tell_reveal(caller, "dead_letter", letter.id)
    start = b"" if withheld else repository.beginning(session, letter)
    payload = Payload(
        text=as_text(start),
        hex=start.hex(),
        truncated=letter.size > len(start),
        withheld=withheld,
    )
    return DeadLetterDetail(
        **repository.fields(letter), hindrance=hindrance(letter), payload=payload
    )


def as_text(start: bytes) -> str | None:
    """The beginning of a payload as text, a character that was cut in half left out."""
    try:
        return start.decode()
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and error.start >= len(start) - 3
        return start[: error.start].decode() if cut else None


def discard(
    session: Session, caller: Caller, number: int, reason: str, version: Precondition
) -> DeadLetter:
    """Closes a letter of which nothing shall be made.

    Raises:
        NotFound, Stale, LetterClosed, ReplayWaiting
    """
    letter = _open_letter(session, caller, number, version)
    letter.state, letter.closed_at = "discarded", now()
    letter.closed_by, letter.closed_reason = caller.username, reason
    session.flush()
    audit(session, caller, "dead_letter.discard", "dead_letter", number, reason=reason)
    return letter


def reopen(session: Session, caller: Caller, number: int, version: Precondition) -> DeadLetter:
    """Takes a discard back.

    Raises:
        NotFound, Stale, LetterNotDiscarded
    """
    letter = repository.find(session, caller, number, lock=True)
    version.check(letter)
    if letter.state != "discarded":
        raise LetterNotDiscarded()
    letter.state = "open"
    letter.closed_at = letter.closed_by = letter.closed_reason = None
    session.flush()
    audit(session, caller, "dead_letter.reopen", "dead_letter", number)
    return letter


def replay(session: Session, caller: Caller, number: int, version: Precondition) -> DeadLetter:
    """Has the warden try a letter again, within a second where it is at work.

    Raises:
        NotFound, Stale, LetterClosed, ReplayWaiting, NotReplayable
    """
    letter = _open_letter(session, caller, number, version)
    if told := hindrance(letter):
        raise NotReplayable(told)
    request = _request(session, caller, {"id": number}, 1)
    letter.replay, letter.replay_requested_at = request.id, now()
    session.flush()
    audit(session, caller, "dead_letter.replay", "dead_letter", number)
    return letter


def replay_all(session: Session, caller: Caller, wanted: ReplayFilter) -> ReplayRequested:
    """Has the warden try again all open letters that fit, the oldest first."""
    filters = repository.Filters(**wanted.model_dump())
    fitting, hindered = repository.count_fitting(session, caller, filters)
    told = wanted.model_dump(mode="json", exclude_none=True)
    request = _request(session, caller, told, 0)
    request.requested = repository.mark(session, caller, filters, request, MOST_PER_REPLAY, now())
    session.flush()
    audit(
        session,
        caller,
        "dead_letter.replay_all",
        "replay",
        request.id,
        filter=told,
        requested=request.requested,
    )
    return ReplayRequested(
        **dict(_report(session, caller, request)),
        not_replayable=hindered,
        left=max(0, fitting - request.requested),
    )


def report(session: Session, caller: Caller, replay_id: int) -> ReplayReport:
    """What became of a replay so far.

    Raises:
        NotFound
    """
    request = session.get(Replay, replay_id)
    if request is None:
        raise NotFound()
    return _report(session, caller, request)


def _report(session: Session, caller: Caller, request: Replay) -> ReplayReport:
    rows = repository.outcome(session, caller, request.id)
    waiting = sum(row.count for row in rows if row.waiting)
    replayed = sum(row.count for row in rows if row.state == "replayed")
    refused = [
        RefusedAgain(
            reason=row.reason,
            reason_name_zh=named(row.reason).zh,
            reason_name_en=named(row.reason).en,
            count=row.count,
        )
        for row in rows
        if row.state == "open" and not row.waiting
    ]
    told = waiting + replayed + sum(row.count for row in refused)
    return ReplayReport(
        id=request.id,
        requested_by=request.requested_by,
        requested_at=request.requested_at,
        requested=request.requested,
        waiting=waiting,
        replayed=replayed,
        refused=refused,
        elsewhere=request.requested - told,
    )


def _open_letter(
    session: Session, caller: Caller, number: int, version: Precondition
) -> DeadLetter:
    letter = repository.find(session, caller, number, lock=True)
    version.check(letter)
    if letter.state != "open":
        raise LetterClosed(
            f"The dead letter is {letter.state}: only an open one can be changed so."
        )
    if letter.replay_requested_at is not None:
        raise ReplayWaiting()
    return letter


def _request(session: Session, caller: Caller, wanted: Mapping[str, Any], requested: int) -> Replay:
    request = Replay(requested_by=caller.username, filter=dict(wanted), requested=requested)
    session.add(request)
    session.flush()
    return request
