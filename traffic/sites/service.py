"""Registering what a site watches."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.clock import now
from center.identity.caller import Caller
from center.requests import Precondition
from ingest.devices.models import Device
from traffic.sites import repository
from traffic.sites.models import Lane, Site
from traffic.sites.schemas import SiteChange, SiteRead


@dataclass(frozen=True, slots=True)
class _Known:
    """What the precondition is held against; a site that nobody has registered has version 0."""

    version: int


def register(
    session: Session, caller: Caller, device_id: str, body: SiteChange, version: Precondition
) -> SiteRead:
    """Says what a site watches, in place of what was said before.

    Raises:
        NotFound, Stale
    """
    repository.find(session, caller, device_id)
    # The device's row is locked: there may be none yet of the site.
    number = session.scalars(
        sa.select(Device.id).where(Device.device_id == device_id).with_for_update()
    ).one()
    before = session.scalar(sa.select(Site.version).where(Site.device == number)) or 0
    version.check(_Known(before))
    told: dict[str, Any] = {
        "crossing": body.crossing,
        "direction": body.direction,
        "version": before + 1,
        "changed_at": now(),
        "changed_by": caller.username,
    }
    session.execute(
        insert(Site)
        .values(device=number, **told)
        .on_conflict_do_update(index_elements=["device"], set_=told)
    )
    session.execute(sa.delete(Lane).where(Lane.device == number))
    session.execute(
        sa.insert(Lane), [{"device": number, **lane.model_dump()} for lane in body.lanes]
    )
    audit(session, caller, "site.register", "device", device_id, **body.model_dump())
    return repository.find(session, caller, device_id)
