"""The sites whose records a caller may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.identity.caller import Caller
from ingest.devices.models import Device
from traffic.records.filters import Filters
from traffic.sites.models import Site
from traffic.sites.repository import KIND


@dataclass(frozen=True, slots=True)
class Seen:
    """Sites by the number of their device; `everything`: there are no others at all."""

    by_number: Mapping[int, Any]
    everything: bool


def seen(session: Session, caller: Caller, filters: Filters) -> Seen:
    """Those in the caller's divisions that the filters name; retired ones keep their records."""
    wanted = caller.scope(Device.division_code)
    if filters.site is not None:
        wanted = sa.and_(wanted, Device.device_id == filters.site)
    if filters.division is not None:
        prefix = Device.division_code.startswith(filters.division, autoescape=True)
        wanted = sa.and_(wanted, prefix)
    rows = session.execute(
        sa.select(
            Device.id, Device.device_id, Device.name, Device.division_code,
            Site.crossing, Site.direction, wanted.label("wanted"),
        )
        .outerjoin(Site, Site.device == Device.id)
        .where(Device.kind == KIND)
    ).all()  # fmt: skip
    mine: dict[int, Any] = {row.id: row for row in rows if row.wanted}
    return Seen(mine, len(mine) == len(rows))
