"""Reading sites: all e-police devices in the caller's divisions, registered or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.database import sql
from center.errors import NotFound
from center.identity.caller import Caller
from center.pages import Page, PageParameters, cut
from ingest.devices.models import Device
from ingest.devices.place import Point
from traffic.sites.models import Site
from traffic.sites.schemas import LaneRead, SiteRead

KIND = "epolice"
_COLUMNS = (
    Device.id, Device.device_id, Device.name, Device.division_code.label("division"),
    sa.func.ST_X(Device.place).label("lon"), sa.func.ST_Y(Device.place).label("lat"),
    Site.crossing, Site.direction, Site.version, Site.changed_at, Site.changed_by,
)  # fmt: skip
_SELECT = (
    sa.select(*_COLUMNS)
    .outerjoin(Site, Site.device == Device.id)
    .where(Device.kind == KIND, Device.retired_at.is_(None))
)


@dataclass(frozen=True)
class Filters:
    """What a list of sites is narrowed to; None: not narrowed. `division` is a prefix."""

    division: str | None = None
    registered: bool | None = None
    text: str | None = None

    def narrow(self, chosen: sa.Select[Any]) -> sa.Select[Any]:
        """The selection with each given filter."""
        if self.division is not None:
            chosen = chosen.where(Device.division_code.startswith(self.division, autoescape=True))
        if self.registered is not None:
            chosen = chosen.where((Site.device.is_not(None)) == self.registered)
        if self.text is not None:
            named = Site.crossing.contains(self.text, autoescape=True)
            known = Device.search.contains(self.text.lower(), autoescape=True)
            chosen = chosen.where(sa.or_(known, named))
        return chosen


def page_of(
    session: Session, caller: Caller, page: PageParameters, filters: Filters
) -> Page[SiteRead]:
    """One page of the sites in the caller's divisions, by device id."""
    chosen = filters.narrow(_SELECT).where(caller.scope(Device.division_code))
    if (last := page.key(str)) is not None:
        chosen = chosen.where(Device.device_id > last[0])
    rows = session.execute(chosen.order_by(Device.device_id).limit(page.limit + 1)).all()
    sites = _read(session, rows)
    return cut([(site, (site.device_id,)) for site in sites], page)


def find(session: Session, caller: Caller, device_id: str) -> SiteRead:
    """One site, if it lies in the caller's divisions.

    Raises:
        NotFound
    """
    rows = session.execute(
        _SELECT.where(Device.device_id == device_id, caller.scope(Device.division_code))
    ).all()
    if not rows:
        raise NotFound
    return _read(session, rows)[0]


def _read(session: Session, rows: Sequence[sa.Row[Any]]) -> list[SiteRead]:
    lanes = lanes_of(session, [row.id for row in rows])
    return [
        SiteRead(
            device_id=row.device_id,
            name=row.name,
            division=row.division,
            place=None if row.lon is None else Point(coordinates=(row.lon, row.lat)),
            registered=row.crossing is not None,
            crossing=row.crossing,
            direction=row.direction,
            lanes=lanes.get(row.id, []),
            version=row.version or 0,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )
        for row in rows
    ]


def lanes_of(session: Session, devices: Iterable[int]) -> dict[int, list[LaneRead]]:
    """Lanes of some sites, by the number of the device."""
    found: dict[int, list[LaneRead]] = {}
    statement = sql("traffic.sites", "lanes")
    for row in session.connection().exec_driver_sql(statement, {"devices": list(devices)}):
        found.setdefault(row.device, []).append(
            LaneRead(
                lane=row.lane,
                registered=row.use is not None,
                movements=row.movements or [],
                use=row.use or "all",
                approach=row.approach,
                approach_lane=row.approach_lane,
                last_seen=row.last_seen,
            )
        )
    return found
