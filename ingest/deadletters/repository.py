"""Reading and marking dead letters, inside the caller's divisions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.errors import NotFound
from center.identity.caller import Caller
from center.identity.seed import CITY
from center.pages import Page, PageParameters, paginate
from ingest.deadletters.models import DeadLetter, Replay
from ingest.deadletters.reasons import named
from ingest.deadletters.replayable import hindrance, possible
from ingest.deadletters.schemas import DeadLetter as Shown

PREVIEW_BYTES = 4096
_SAME = Shown.model_fields.keys() & DeadLetter.__mapper__.column_attrs.keys()


_CONDITIONS: dict[str, Callable[[Any], sa.ColumnElement[bool]]] = {
    "reason": lambda reason: DeadLetter.reason == reason,
    "state": lambda state: DeadLetter.state == state,
    "device_id": lambda device_id: DeadLetter.device_id == device_id,
    "stream": lambda stream: DeadLetter.stream == stream,
    "received_from": lambda moment: DeadLetter.last_received_at >= moment,
    "received_until": lambda moment: DeadLetter.first_received_at < moment,
}


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None: not narrowed."""

    reason: str | None = None
    state: str | None = None
    device_id: str | None = None
    stream: str | None = None
    received_from: datetime | None = None
    received_until: datetime | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Each given filter as a condition."""
        given = {name: getattr(self, name) for name in _CONDITIONS}
        return [_CONDITIONS[name](value) for name, value in given.items() if value is not None]


def scope(caller: Caller) -> sa.ColumnElement[bool]:
    """What the caller may see: letters of unknown devices only who sees the whole city."""
    division = sa.type_coerce(DeadLetter.division_code, sa.Text())
    mine = caller.scope(division)
    return sa.or_(mine, DeadLetter.division_code.is_(None)) if caller.sees(CITY) else mine


def page_of(
    session: Session, caller: Caller, page: PageParameters, filters: Filters
) -> Page[Shown]:
    """One page, the newest first."""
    chosen = sa.select(DeadLetter).where(scope(caller), *filters.conditions())
    return paginate(session, chosen, [DeadLetter.id], page, shown, descending=True)


def find(session: Session, caller: Caller, letter: int, *, lock: bool = False) -> DeadLetter:
    """One letter in the caller's scope.

    Raises:
        NotFound
    """
    chosen = sa.select(DeadLetter).where(DeadLetter.id == letter, scope(caller))
    found = session.scalar(chosen.with_for_update() if lock else chosen)
    if found is None:
        raise NotFound()
    return found


def beginning(session: Session, letter: DeadLetter) -> bytes:
    """The first bytes of its payload."""
    start = sa.func.substr(sa.type_coerce(DeadLetter.payload, sa.LargeBinary), 1, PREVIEW_BYTES)
    return bytes(session.execute(sa.select(start).where(DeadLetter.id == letter.id)).scalar_one())


def shown(letter: DeadLetter) -> Shown:
    """A letter as a list shows it."""
    return Shown(**fields(letter))


def fields(letter: DeadLetter) -> dict[str, Any]:
    """What a list shows of a letter."""
    same = {name: getattr(letter, name) for name in _SAME}
    return same | {
        "division": letter.division_code,
        "replayable": letter.state == "open" and hindrance(letter) is None,
        "reason_name_zh": named(letter.reason).zh,
        "reason_name_en": named(letter.reason).en,
    }


def count_fitting(session: Session, caller: Caller, filters: Filters) -> tuple[int, int]:
    """How many open letters that do not wait already fit: (replayable, not replayable)."""
    counts = session.execute(
        sa.select(
            sa.func.count().filter(possible()), sa.func.count().filter(sa.not_(possible()))
        ).where(*_fitting(caller, filters))
    ).one()
    return counts[0], counts[1]


def mark(
    session: Session, caller: Caller, filters: Filters, replay: Replay, most: int, at: datetime
) -> int:
    """Has the oldest `most` fitting letters wait for a replay; returns how many that were."""
    chosen = (
        sa.select(DeadLetter.id)
        .where(*_fitting(caller, filters), possible())
        .order_by(DeadLetter.id)
        .limit(most)
        .with_for_update()
    )
    marked = session.execute(
        sa.update(DeadLetter)
        .where(DeadLetter.id.in_(chosen))
        .values(replay=replay.id, replay_requested_at=at, version=DeadLetter.version + 1)
        .returning(DeadLetter.id)
        .execution_options(synchronize_session=False)
    )
    return len(marked.all())


def _fitting(caller: Caller, filters: Filters) -> list[sa.ColumnElement[bool]]:
    waits = DeadLetter.replay_requested_at.is_not(None)
    return [
        scope(caller),
        DeadLetter.state == "open",
        sa.not_(waits),
        *filters.conditions(),
    ]


@dataclass(frozen=True)
class Outcome:
    """How many letters of a replay are in this state."""

    state: str
    waiting: bool
    reason: str
    count: int


def outcome(session: Session, caller: Caller, replay: int) -> list[Outcome]:
    """Of the letters that a replay was the last to take in."""
    waits = DeadLetter.replay_requested_at.is_not(None)
    rows = session.execute(
        sa.select(DeadLetter.state, waits, DeadLetter.reason, sa.func.count())
        .where(DeadLetter.replay == replay, scope(caller))
        .group_by(DeadLetter.state, waits, DeadLetter.reason)
        .order_by(DeadLetter.reason)
    )
    return [Outcome(*row) for row in rows]
