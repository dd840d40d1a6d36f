"""Making, changing and ending silences."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.errors import SilenceElsewhere, SilenceEnd, SilenceOver
from center.alarms.settings import AlarmSettings
from center.alarms.silences import repository
from center.alarms.silences.area import check_area
from center.alarms.silences.models import Silence
from center.alarms.silences.schemas import SilenceChange, SilenceCreate, SilenceRead
from center.audit.service import audit
from center.clock import now
from center.errors import NotFound
from center.identity.caller import Caller
from center.requests import Precondition
from center.settings import settings

# The register is of a package above; here only read.
_devices = sa.table(
    "devices",
    sa.column("id", sa.Integer),
    sa.column("device_id", sa.Text),
    sa.column("division_code", sa.Text),
)


def create(session: Session, caller: Caller, body: SilenceCreate) -> SilenceRead:
    """Silences from now on; what is open stays open.

    Raises:
        NotFound: no such device in the caller's divisions.
        SilenceElsewhere, SilenceEnd, AreaInvalid
    """
    _check_end(body.until)
    device, divisions = _target(session, caller, body)
    silence = Silence(
        device=device,
        device_id=body.device_id,
        division=body.division,
        divisions=divisions,
        reason=body.reason,
        since=now(),
        until=body.until,
        created_by=caller.username,
    )
    if body.area is not None:
        area = sa.func.ST_GeomFromGeoJSON(body.area.model_dump_json())
        silence.area = area
    session.add(silence)
    session.flush()
    told = body.model_dump(mode="json", exclude={"area"}, exclude_none=True)
    audit(session, caller, "silence.create", "silence", silence.id, **told, divisions=divisions)
    return repository.shown(session, caller, silence.id)


def change(
    session: Session, caller: Caller, silence: int, body: SilenceChange, version: Precondition
) -> SilenceRead:
    """Changes reason and end.

    Raises:
        NotFound, Stale, SilenceElsewhere, SilenceOver, SilenceEnd
    """
    found = _to_change(session, caller, silence, version)
    if body.until is not None:
        _check_end(body.until)
        found.until = body.until
    if body.reason is not None:
        found.reason = body.reason
    session.flush()
    told = body.model_dump(mode="json", exclude_none=True)
    audit(session, caller, "silence.change", "silence", silence, **told)
    return repository.shown(session, caller, silence)


def end(session: Session, caller: Caller, silence: int, version: Precondition) -> SilenceRead:
    """Ends a silence before its time; a trouble that lasts is raised by its next report.

    Raises:
        NotFound, Stale, SilenceElsewhere, SilenceOver
    """
    found = _to_change(session, caller, silence, version)
    found.ended_at, found.ended_by = now(), caller.username
    session.flush()
    audit(session, caller, "silence.end", "silence", silence)
    return repository.shown(session, caller, silence)


def _target(session: Session, caller: Caller, body: SilenceCreate) -> tuple[int | None, list[str]]:
    """The number of the device, and the divisions that the silence stays within."""
    if body.device_id is not None:
        return _device(session, caller, body.device_id)
    if body.division is not None:
        return None, _within(caller, [body.division])
    assert body.area is not None  # the schema asks for one of the three
    check_area(body.area)
    return None, _within(caller, list(caller.divisions))


def _device(session: Session, caller: Caller, device_id: str) -> tuple[int, list[str]]:
    row = session.execute(
        sa.select(_devices.c.id, _devices.c.division_code).where(
            _devices.c.device_id == device_id, caller.scope(_devices.c.division_code)
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no device {device_id} in your divisions.")
    return row.id, [row.division_code]


def _within(caller: Caller, divisions: list[str]) -> list[str]:
    if not divisions or not all(caller.sees(division) for division in divisions):
        raise SilenceElsewhere()
    return divisions


def _check_end(until: datetime) -> None:
    hours = settings(AlarmSettings).alarm_silence_hours
    if not now() < until <= now() + timedelta(hours=hours):
        raise SilenceEnd(hours=hours)


def _to_change(session: Session, caller: Caller, silence: int, version: Precondition) -> Silence:
    found = repository.lock(session, caller, silence)
    _within(caller, found.divisions)
    version.check(found)
    if found.ended_at is not None or found.until <= now():
        raise SilenceOver()
    return found
