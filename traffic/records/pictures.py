"""The pictures of records: here, on their way, missing, refused or withheld."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center import plates
from center.evidence.models import Evidence
from center.identity.caller import Caller
from traffic.records.schemas import PictureRead, PictureState

_COLUMNS = (Evidence.sha256, Evidence.state, Evidence.content_type, Evidence.refused)


def pictures(session: Session, caller: Caller, named: Iterable[str]) -> Mapping[str, PictureRead]:
    """What is known of each, by its hash."""
    wanted = set(named)
    digests = [bytes.fromhex(sha256) for sha256 in wanted]
    rows = session.execute(sa.select(*_COLUMNS).where(Evidence.sha256.in_(digests)))
    known = {bytes(row.sha256).hex(): row for row in rows}
    sees = caller.may("evidence:read") and caller.may(plates.PERMISSION)
    return {sha256: _picture(sha256, known.get(sha256), sees) for sha256 in wanted}


def _picture(sha256: str, row: Any, sees: bool) -> PictureRead:
    return PictureRead(
        sha256=sha256,
        state=_state(row, sees),
        content_type=None if row is None else row.content_type,
        refused=None if row is None else row.refused,
    )


def _state(row: Any, sees: bool) -> PictureState:
    if row is None:
        return "gone"
    if row.state == "stored":
        return "stored" if sees else "withheld"
    if row.refused is not None:
        return "refused"
    return "pending" if row.state == "pending" else "missing"
