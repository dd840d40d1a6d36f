"""Reading gaps, inside the caller's divisions."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, INT8RANGE
from sqlalchemy.orm import Session

from center.identity.caller import Caller
from center.pages import Page, PageParameters, paginate
from ingest.devices.models import Device
from ingest.ledger.schemas import Gap

_gaps = sa.table(
    "gaps",
    sa.column("id", sa.BigInteger),
    sa.column("device", sa.Integer),
    sa.column("boot", sa.BigInteger),
    sa.column("span", INT8RANGE),
    sa.column("missing", INT8MULTIRANGE),
    sa.column("state", sa.Text),
    sa.column("opened_at", sa.DateTime(timezone=True)),
    sa.column("closed_at", sa.DateTime(timezone=True)),
    sa.column("attempts", sa.Integer),
)
_part = sa.func.unnest(_gaps.c.missing, type_=INT8RANGE).column_valued("part")
_missing = (
    sa.select(
        sa.cast(
            sa.func.coalesce(sa.func.sum(sa.func.upper(_part) - sa.func.lower(_part)), 0),
            sa.BigInteger,
        )
    )
    .correlate(_gaps)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None: not narrowed."""

    state: str | None = None
    device_id: str | None = None


def page_of(session: Session, caller: Caller, page: PageParameters, filters: Filters) -> Page[Gap]:
    """One page, the newest first. A hole still within its grace is no gap and not shown."""
    chosen = (
        sa.select(
            _gaps.c.id,
            Device.device_id,
            _gaps.c.boot,
            sa.func.lower(_gaps.c.span).label("first_seq"),
            (sa.func.upper(_gaps.c.span) - 1).label("last_seq"),
            _missing.label("missing"),
            _gaps.c.state,
            _gaps.c.opened_at,
            _gaps.c.closed_at,
            _gaps.c.attempts,
        )
        .join_from(_gaps, Device, Device.id == _gaps.c.device)
        .where(caller.scope(Device.division_code), _gaps.c.state != "pending")
    )
    if filters.state is not None:
        chosen = chosen.where(_gaps.c.state == filters.state)
    if filters.device_id is not None:
        chosen = chosen.where(Device.device_id == filters.device_id)
    return paginate(session, chosen, [_gaps.c.id], page, _read, descending=True)


def _read(*values: object) -> Gap:
    return Gap.model_validate(dict(zip(Gap.model_fields, values, strict=True)))
